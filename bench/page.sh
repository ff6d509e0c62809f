#!/bin/bash
# Figures of the dashboard for docs/benchmarks.md: bench/page.sh CRIER [FOLDER that bench/scale.py has filled]
here=$(cd "$(dirname "$0")" && pwd)
export CRIER CRIER_SCALE=${2:-}
CRIER=$(realpath "$1")
exec node "$here/../node_modules/vitest/vitest.mjs" run --config "$here/page.config.ts"
