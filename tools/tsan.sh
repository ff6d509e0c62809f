#!/bin/bash
# The engine's suites under ThreadSanitizer, beside a private PostgreSQL: tools/tsan.sh BUILD [TEST…]
# What it must not look into stands in tools/tsan.supp, each with its reason.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:?usage: tools/tsan.sh BUILD [TEST…]}
shift
mapfile -t tests < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else
	meson test -C "$build" --list 2>/dev/null | grep -oE '(sql|store|delivery|webhook|http|api)/[a-z_]+$'; fi)
mapfile -t targets < <(for test in "${tests[@]}"; do echo "src/${test%/*}/test_${test/\//_}"; done)
ninja -C "$build" --quiet "${targets[@]}"
export CMOCKA_MESSAGE_OUTPUT=TAP
export TSAN_OPTIONS="suppressions=$here/tsan.supp halt_on_error=1 second_deadlock_stack=1"
"$here/../tests/pg.sh" meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier 10 "${tests[@]}"
