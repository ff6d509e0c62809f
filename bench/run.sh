#!/bin/bash
# Figures for docs/benchmarks.md: bench/run.sh CRIER [RECIPIENTS…]   (10000 100000 by default)
here=$(dirname "$0")
crier=$1
shift
exec /usr/bin/python3 "$here/bench.py" "$crier" "${@:-10000 100000}"
