# Every script sources this file first. It provides a directory for temporary files, PostgreSQL and wrk, and stops all started
# processes when the script exits. A script that starts further processes defines stop_servers.
artifacts=$PWD/artifacts/bench products=1000
workspace=$(mktemp -d "${TMPDIR:-/tmp}/granary-bench.XXXXXX")
# shellcheck source=processes.sh
. benchmarks/comparison/processes.sh
# shellcheck source=postgres.sh
. benchmarks/comparison/postgres.sh

stop_servers() { :; }
trap 'stop_servers; stop_postgres; rm -rf "$workspace"' EXIT
trap 'exit 130' INT TERM

# Starts the contender whose file was loaded, at the address of the variable target, and waits until it is ready; sets server_pid.
launch_contender() { # arguments: its directory, settings as NAME=VALUE
    local directory=$1
    shift
    env -C "$directory" ASPNETCORE_ENVIRONMENT=Production "ASPNETCORE_URLS=$target" \
        "ConnectionStrings__Granary=Host=127.0.0.1;Port=$postgres_port;Username=granary;Database=bench" \
        "$@" "./$contender_program" >>"$workspace/$contender.log" 2>&1 &
    server_pid=$!
    wait_for "$target$contender_ready" "$server_pid" || { tail -50 "$workspace/$contender.log" >&2; exit 1; }
}

# Starts the contender whose file was loaded at an address of its own, over an empty database.
start_contender() { # argument: its directory; sets target and server_pid
    new_database
    target="http://127.0.0.1:$(free_port)"
    # shellcheck disable=SC2046 # One word per variable is intended.
    launch_contender "$1" $(contender_environment)
}

server_pid=""
stop_contender() {
    [ -n "$server_pid" ] || return 0
    kill "$server_pid" 2>/dev/null || true
    # A server that does not exit within 20 s gets SIGKILL.
    for _ in $(seq 200); do kill -0 "$server_pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=""
}

drive() { # arguments: address, actors, seconds, workload, tag; reads connections; prints place.lua's RESULT line: orders, microseconds, percentiles, errors
    wrk -t"$((connections < 2 ? 1 : 2))" -c"$connections" -d"$3s" --timeout 10s -s benchmarks/comparison/place.lua "$1" \
        -- "$2" "$products" "$4" "$5" | grep '^RESULT'
}

rate_of() { awk -F'\t' '/^RESULT/ { orders += $2 / ($3 / 1e6) } END { printf "%.0f\n", orders }'; }
ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
