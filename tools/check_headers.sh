#!/bin/bash
# Every header compiles alone, with gcc and with clang: tools/check_headers.sh [BUILD]
# BUILD (build) has the generated statements.h.
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
[ -e "$build/src/store/statements.h" ] || { echo "check_headers.sh: no statements.h in $build; build that first" >&2 && exit 1; }

libraries=$(pkg-config --cflags libmicrohttpd libcurl libcrypto libevent sqlite3 libpq libcjson libsodium inih cmocka) || exit 1
export flags="-fsyntax-only -x c -std=gnu17 -D_GNU_SOURCE -Isrc -I$build/src/store $libraries
	-Werror -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla -Wcast-qual
	-Wswitch-enum -Wnull-dereference"

one() {
	local bad=0 source
	# shellcheck disable=SC2086 # flags are words
	{
		source="#include \"${1#src/}\"
			extern int something; /* ISO C wants one declaration at least */"
		echo "$source" | gcc $flags - || { echo "$1 does not compile alone with gcc" && bad=1; }
		echo "$source" | clang $flags -Wno-gnu-zero-variadic-macro-arguments - ||
			{ echo "$1 does not compile alone with clang" && bad=1; }
	}
	return $bad
}
export -f one

# shellcheck disable=SC2016 # the inner shell expands it
find src -name '*.h' -print0 | sort -z | xargs -0 -P "$(nproc)" -I '{}' bash -c 'one "$1"' - '{}'
