#!/bin/bash
# Fuzz the targets of tests/fuzz: run.sh BUILD [TARGET|all] [SECONDS], 30 seconds each where none are given. As many at once as
# there are cores. What is learned stays in BUILD/corpus; an input that breaks a rule in BUILD/found, to be added to
# tests/fuzz/corpus with the mending.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: run.sh BUILD [TARGET|all] [SECONDS]}" && pwd) || exit 1
target=${2:-all}
seconds=${3:-30}
[ "$target" = all ] && target='*'

one() {
	local name=$1 log=$build/found/$1.log
	local learned=$build/corpus/$name
	mkdir -p "$learned"
	if "$build/tests/fuzz/fuzz_$name" "$learned" "$here/corpus/$name" -max_total_time="$seconds" -max_len=8192 -timeout=10 \
		-rss_limit_mb=2048 -artifact_prefix="$build/found/$name-" -print_final_stats=1 >"$log" 2>&1; then
		echo "ok      $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
	else
		echo "FAILED  $name"
		tail -n 40 "$log"
		return 1
	fi
}

export -f one
export build here seconds
mkdir -p "$build/found"
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
# shellcheck disable=SC2086  # the pattern is to be expanded
names=$(cd "$here/corpus" && ls -d $target) || exit 1
xargs -P "$(nproc)" -n 1 bash -c 'one "$1" || exit 1' one <<<"$names" || { echo "an input that broke a rule is in $build/found"; exit 1; }
