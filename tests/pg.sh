#!/bin/bash
# Run a command beside a PostgreSQL server of its own:  tests/pg.sh COMMAND [ARGUMENT…]
#
# The server lives in a fresh folder, listens on a Unix socket there and nowhere else, keeps nothing safe
# (fsync=off) and is gone when the command ends, however it ends. The command finds it by CRIER_TEST_PG.
# The exit status is the command's.
set -u

die() {
	echo "pg.sh: $*" >&2
	exit 125
}

[ $# -gt 0 ] || die "usage: tests/pg.sh COMMAND [ARGUMENT…]"

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || die "no PostgreSQL server in /usr/lib/postgresql (package postgresql)"

# PostgreSQL refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then
	user=postgres
	id "$user" >/dev/null 2>&1 || user=nobody
	as=(runuser -u "$user" --)
fi

folder=
command_pid=
# shellcheck disable=SC2317 # the trap calls it
finish() {
	status=$?
	trap - EXIT
	trap '' INT TERM HUP
	if [ -n "$command_pid" ]; then
		kill -TERM "$command_pid" 2>/dev/null && wait "$command_pid" 2>/dev/null
	fi
	if [ -n "$folder" ]; then
		[ ! -e "$folder/data/postmaster.pid" ] ||
			"${as[@]}" "$bin/pg_ctl" stop -D "$folder/data" -m immediate -w -s >/dev/null 2>&1
		rm -rf "$folder"
	fi
	exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Not under a long TMPDIR: a socket's path has at most 107 bytes.
parent=${TMPDIR:-/tmp}
[ ${#parent} -le 60 ] || parent=/tmp
folder=$(mktemp -d "$parent/crier-pg-XXXXXX") || die "no temporary folder"
[ ${#as[@]} = 0 ] || chown "$user" "$folder" || die "cannot hand $folder to $user"
cd "$folder" || die "cannot enter $folder"

"${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
	>"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; die "initdb failed"; }

cat >>"$folder/data/postgresql.conf" <<EOF || die "cannot write the configuration"
listen_addresses = ''
unix_socket_directories = '$folder'
max_connections = 200
fsync = off
full_page_writes = off
jit = off
log_min_messages = panic
EOF

"${as[@]}" "$bin/pg_ctl" start -D "$folder/data" -w -t 60 -s -l "$folder/data/server.log" \
	|| { cat "$folder/data/server.log" >&2; die "the server did not start"; }

cd "$OLDPWD" || die "cannot go back"
export CRIER_TEST_PG="postgresql:///postgres?host=$folder&user=postgres"

# In the background, so that a signal ends the wait at once and not after the command.
"$@" <&0 &
command_pid=$!
wait "$command_pid"
status=$?
command_pid=
exit "$status"
