#!/usr/bin/env bash
# Runs a command with a throw-away PostgreSQL cluster, and takes the cluster away again.
#
#   tools/with-postgres.sh COMMAND [ARGUMENT...]
#
# The command finds the cluster in GATEWAY_TEST_POSTGRES; its exit status is this script's. The cluster has a
# folder of its own under /tmp, listens on loopback only, on a port that was free, and keeps fsync on, since
# the trials with `kill -9` mean nothing without it. It is stopped and removed when the command ends, when
# this script is interrupted, and, by a watchdog, when this script itself is killed.
set -euo pipefail

if [ "$#" -eq 0 ]; then
    echo "usage: tools/with-postgres.sh COMMAND [ARGUMENT...]" >&2
    exit 2
fi

bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ]; then
    echo "with-postgres.sh: PostgreSQL's server is missing; tools/install.sh test installs it." >&2
    exit 1
fi

# PostgreSQL refuses to run as root: then it runs as the user that Debian's package made.
as_owner=()
folder=$(mktemp -d /tmp/gateway-postgres.XXXXXX)
if [ "$(id -u)" -eq 0 ]; then
    chown postgres: "$folder"
    as_owner=(runuser -u postgres --)
fi
# initdb and pg_ctl look at the working folder, which their user may not be allowed to enter.
owner() { (cd / && "${as_owner[@]}" env LC_ALL=C "$@"); }

cleanup() {
    if [ -e "$folder/data/postmaster.pid" ]; then
        owner "$bin/pg_ctl" -D "$folder/data" -m fast -t 20 stop >/dev/null 2>&1 ||
            owner "$bin/pg_ctl" -D "$folder/data" -m immediate -t 20 stop >/dev/null 2>&1 || true
    fi
    rm -rf "$folder"
}
command_pid=
watchdog_pid=
finish() {
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$command_pid" ]; then
        kill -TERM -- "-$command_pid" 2>/dev/null || true
    fi
    cleanup
    # Also its `tail`, which would wait for us.
    if [ -n "$watchdog_pid" ]; then
        kill -KILL -- "-$watchdog_pid" 2>/dev/null || true
    fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

owner "$bin/initdb" -D "$folder/data" -U app --auth=trust -E UTF8 --locale=C --no-sync \
    >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }

# Starting is the only test of a free port that cannot be overtaken.
port=
for _ in $(seq 1 20); do
    candidate=$((20000 + RANDOM % 12000))
    settings="-p $candidate -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder"
    settings+=" -c fsync=on -c synchronous_commit=on -c max_connections=300"
    if owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/server.log" -o "$settings" -t 60 -w start \
        >/dev/null 2>&1 </dev/null; then
        port=$candidate
        break
    fi
    grep -q 'Address already in use\|lock file .* already exists' "$folder/server.log" || break
done
if [ -z "$port" ]; then
    echo "with-postgres.sh: the throw-away PostgreSQL did not start:" >&2
    cat "$folder/server.log" >&2 || true
    exit 1
fi
export GATEWAY_TEST_POSTGRES="postgres://app@127.0.0.1:$port/postgres"

# The watchdog has a session of its own, so that whatever kills this script's group leaves it alive.
export -f owner cleanup
as_owner_text="${as_owner[*]}" folder=$folder bin=$bin setsid bash -c '
    read -ra as_owner <<<"$as_owner_text"
    tail --pid="$1" -f /dev/null
    command_pid=$(cat "$folder/command.pid" 2>/dev/null) && kill -TERM -- "-$command_pid"
    cleanup
' watchdog "$$" </dev/null >/dev/null 2>&1 &
watchdog_pid=$!

# The command has a group of its own, so that an interrupt ends its children too and not only itself.
setsid "$@" <&0 &
command_pid=$!
echo "$command_pid" >"$folder/command.pid"
status=0
wait "$command_pid" || status=$?
command_pid=
exit "$status"
