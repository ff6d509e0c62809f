#!/bin/bash
# Hostile requests made from docs/openapi.yaml against the sanitized server: property.sh [SECONDS [SEED]]
# The seed of a run that failed makes the same requests again.
cd "$(dirname "$0")/../.." || exit 1
export CRIER_PROPERTY_SECONDS=${1:-60}
export CRIER_PROPERTY_SEED=${2:-$RANDOM$RANDOM}
exec node node_modules/vitest/vitest.mjs run --config tests/e2e/vitest.config.ts property
