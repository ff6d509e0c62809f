#!/bin/bash
# Every header compiles alone: tools/check_headers.sh [BUILD]   (BUILD has the generated statements.h)
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
flags="-std=gnu17 -D_GNU_SOURCE -Isrc -I$build/src/store -I/usr/include/cjson -I/usr/include/postgresql -Wall -Wextra -Werror -fsyntax-only -x c"
failed=0
for header in $(git ls-files 'src/*/*.h'); do
	for compiler in gcc clang; do
		echo "#include \"${header#src/}\"" | $compiler $flags - || { echo "$header does not compile alone with $compiler" && failed=1; }
	done
done
exit $failed
