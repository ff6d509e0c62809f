#!/bin/bash
# Everything that is judged without running the program. Each check tells its time; ends with 1 when one failed.
# make check sets up the builds that it uses, build (gcc) and build-fuzz (clang); nothing else is written.
cd "$(dirname "$0")/.." || exit 1
before=$(git status --porcelain) || exit 1
failed=

run() {
	local name=$1 start=$SECONDS log
	shift
	log=$(mktemp)
	if "$@" >"$log" 2>&1; then
		echo "ok      $name ($((SECONDS - start)) s)"
		[ "$name" != sizes ] || cat "$log"
	else
		echo "FAILED  $name ($((SECONDS - start)) s)"
		# What a check found stands before what its tools say at the end.
		grep -E '(error|warning): ' "$log" | sort -u | head -n 60
		echo "        the end of its output:"
		tail -n 60 "$log"
		failed=1
	fi
	rm -f "$log"
}

# What git knows or would take, as far as it is there.
sources() {
	git ls-files --cached --others --exclude-standard "$@" | sort -u | while read -r name; do [ ! -e "$name" ] || echo "$name"; done
}

format() { sources 'src/*.[ch]' 'src/*.cc' 'tests/*.[ch]' | xargs clang-format --dry-run -Werror; }
layers() { tools/check_layers.py --self-test && tools/check_layers.py; }
types() { for part in tests/e2e tests/browser web/app; do node_modules/.bin/tsc -p $part || return 1; done; }
# What is shipped, and what fuzzing needs anyway. The tests are held to gcc's warnings by the build that runs them, and to clang's
# by clang-tidy.
gcc_build() { ninja -C build src/app/crier; }
clang_build() { ninja -C build-fuzz src/app/crier $(ls tests/fuzz/fuzz_*.c | sed 's/\.c$//'); }

# A file that several programs share stands in the compile database once for each: one of them is enough. Writes that list
# to $1 and tells the files; fails when a file that git knows is compiled nowhere.
tidy_list() {
	mkdir -p "$1" && python3 - "$1" <<-'PYTHON'
		import json, os, subprocess, sys

		files = {}
		for entry in json.load(open("build-fuzz/compile_commands.json", encoding="utf-8")):
		    name = os.path.relpath(os.path.join(entry["directory"], entry["file"]))
		    if name.startswith("src/") and name.endswith(".c"):
		        files.setdefault(name, entry)
		with open(sys.argv[1] + "/compile_commands.json", "w", encoding="utf-8") as database:
		    json.dump(list(files.values()), database)
		print("\n".join(sorted(files)))
		known = subprocess.run(["git", "ls-files", "src/*.c"], capture_output=True, text=True, check=True).stdout.split()
		lost = [name for name in known if name not in files and os.path.exists(name)]
		sys.exit(f"compiled nowhere: {lost}" if lost or not files else 0)
	PYTHON
}

# One file a run: clang-tidy 14 takes every va_list of a second file for uninitialised.
# Not for tests: the analyzer, which does not know that a failed assertion of cmocka never returns; and three checks that
# stumble over what tests are made of: texts put together from pieces, and tables of almost equal lines.
tidy() {
	local database=build-fuzz/tidy list bad=0
	list=$(tidy_list $database) || bad=1
	grep -v /test_ <<<"$list" | xargs -P "$(nproc)" -n 1 clang-tidy -p $database --quiet || bad=1
	grep /test_ <<<"$list" | xargs -P "$(nproc)" -n 1 clang-tidy -p $database --quiet \
		--checks='-clang-analyzer-*,-bugprone-not-null-terminated-result,-bugprone-suspicious-missing-comma,-bugprone-branch-clone' ||
		bad=1
	return $bad
}

no_failpoints() { tests/crash/failpoints.py build/src/app/crier src/base/failpoints.def absent; }

untouched() {
	local after
	after=$(git status --porcelain) || return 1
	[ "$after" = "$before" ] || diff <(echo "$before") <(echo "$after")
}

run "counting of tests" tools/count_tests.py --self-test
run layers layers
run sizes tools/check_sizes.py
run format format
run "the contract, by redocly" tools/lint_api.mjs
run "types of the tests" types
run "gcc, no warnings" gcc_build
run "no failpoints in the release" no_failpoints
run "clang, no warnings" clang_build
run headers tools/check_headers.sh build
run clang-tidy tidy
run "nothing left behind" untouched
[ -z "$failed" ]
