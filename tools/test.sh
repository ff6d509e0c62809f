#!/bin/bash
# Run the tests of a build directory beside a private PostgreSQL: tools/test.sh BUILD [SUITE…]
# Shows what failed tests wrote. The last line is "N passed, N failed"; every case of a test program counts.
set -u
here=$(dirname "$0")
build=${1:?usage: tools/test.sh BUILD [SUITE…]}
shift
suites=()
for suite in "$@"; do suites+=(--suite "$suite"); done

export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
# What tests write need not outlast a loss of power: it stands in memory, where that has room. Others come in too: PostgreSQL's
# own user.
room=$(df --output=avail --block-size=1G /dev/shm 2>/dev/null | tail -n 1)
if [ -z "${TMPDIR:-}" ] && [ "${room:-0}" -ge 4 ]; then
	TMPDIR=$(mktemp -d /dev/shm/crier-XXXXXX) || exit 1
	trap 'rm -rf "$TMPDIR"' EXIT
	chmod 711 "$TMPDIR"
	export TMPDIR
fi
# A log of yesterday must not be counted when nothing runs today.
rm -f "$build/meson-logs/testlog.json"
"$here/../tests/pg.sh" meson test -C "$build" --no-rebuild --print-errorlogs "${suites[@]}"
status=$?
"$here/count_tests.py" "$build/meson-logs/testlog.json" "$status"
