#!/bin/bash
# Everything that is judged without running the program. Each check tells its time; ends with 1 when one failed.
cd "$(dirname "$0")/.." || exit 1
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
		tail -n 60 "$log"
		failed=1
	fi
	rm -f "$log"
}

sources() { git ls-files 'src/*.c' 'src/*.h' 'src/*.cc'; }
format() { sources | xargs clang-format --dry-run -Werror; }
gcc_build() { [ -e build/build.ninja ] || meson setup build --buildtype=release; ninja -C build; }
clang_build() { [ -e build-clang/build.ninja ] || CC=clang CXX=clang++ meson setup build-clang --buildtype=debugoptimized; ninja -C build-clang; }
tidy() { git ls-files 'src/*.c' | grep -v /test_ | xargs -P 2 -n 4 clang-tidy -p build-clang --quiet; }

run layers tools/check_layers.py
run sizes tools/check_sizes.py
run format format
run "gcc, no warnings" gcc_build
run "clang, no warnings" clang_build
run headers tools/check_headers.sh build
run clang-tidy tidy
[ -z "$failed" ]
