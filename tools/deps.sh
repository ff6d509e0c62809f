#!/bin/bash
# Install the Debian packages that are missing: tools/deps.sh GROUP…   (build, node, test, check)
# Says what it installs; silent when everything is there.
set -u

wanted=
for group in "$@"; do
	case $group in
	build)
		wanted="$wanted make meson ninja-build pkg-config gcc g++ libmicrohttpd-dev libcurl4-openssl-dev libssl-dev libevent-dev"
		wanted="$wanted libsqlite3-dev libpq-dev libcjson-dev libphonenumber-dev libcsv-dev libsodium-dev libinih-dev"
		wanted="$wanted libcmocka-dev python3"
		;;
	node) # of whatever origin
		command -v node >/dev/null || wanted="$wanted nodejs"
		command -v npm >/dev/null || wanted="$wanted npm"
		;;
	test) wanted="$wanted postgresql-15 curl chromium" ;;
	check) wanted="$wanted clang clang-format clang-tidy libclang-rt-14-dev git" ;;
	*) echo "deps.sh: unknown group '$group'; there are build, node, test and check" >&2 && exit 2 ;;
	esac
done
[ $# -gt 0 ] || { echo "usage: tools/deps.sh build|node|test|check…" >&2 && exit 2; }
[ -n "$wanted" ] || exit 0
command -v dpkg-query >/dev/null || { echo "deps.sh: this is no Debian; needed are:$wanted" >&2 && exit 1; }

# One question for all of them. A package that was removed is still known, hence the status.
# shellcheck disable=SC2086 # a list of names
there=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' $wanted 2>/dev/null)"
missing=
for package in $wanted; do
	[[ $there = *" installed:$package "* ]] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as=
if [ "$(id -u)" != 0 ]; then
	as=sudo
	command -v sudo >/dev/null || { echo "deps.sh: needs root or sudo to install:$missing" >&2 && exit 1; }
fi
echo "Installing with apt-get${as:+ (by sudo)}:$missing"
# On a machine that has just started, its own updates may hold apt's lock.
apt() { $as env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }
# shellcheck disable=SC2086
{ apt update && apt install -y --no-install-recommends $missing; } >/dev/null ||
	{ echo "deps.sh: the packages could not be installed" >&2 && exit 1; }
