#!/bin/bash
# Install the Debian packages that are missing: tools/deps.sh GROUP…   (build, test, check)
# Says what it installs; silent when everything is there.
set -u

build="meson ninja-build pkg-config gcc g++ libmicrohttpd-dev libcurl4-openssl-dev libssl-dev libevent-dev libsqlite3-dev
	libpq-dev libcjson-dev libphonenumber-dev libcsv-dev libsodium-dev libinih-dev libcmocka-dev python3"
test="postgresql-15 python3-yaml python3-jsonschema curl"
check="clang clang-format clang-tidy libclang-rt-14-dev git"

wanted=
for group in "$@"; do
	case $group in
	build | test | check) wanted="$wanted ${!group}" ;;
	*) echo "deps.sh: unknown group '$group'; there are build, test and check" >&2 && exit 2 ;;
	esac
done

missing=
for package in $wanted; do
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as=
[ "$(id -u)" = 0 ] || as=sudo
echo "Installing with apt-get${as:+ (by sudo)}:$missing"
$as apt-get update -qq && $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
	{ echo "deps.sh: the packages could not be installed" >&2 && exit 1; }
