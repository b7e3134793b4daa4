#!/usr/bin/env bash
# Kills the server (SIGKILL) several times while clients order, starts it again over the same database, and then compares stock, wallets
# and orders with what the clients were told. The exit code is 1 if they differ for one of the contenders.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { echo 'usage: benchmarks/kill-account.sh [--kills N] [--rounds N] [--clients N] [--units N] [--contenders "granary grain-transactions"]'; }

kills=5 rounds=1 clients=32 units=1000 actors=32 contenders="granary grain-transactions"
while [ $# -gt 0 ]; do
    case $1 in
        --kills) kills=$2; shift ;;
        --rounds) rounds=$2; shift ;;
        --clients) clients=$2; shift ;;
        --units) units=$2; shift ;;
        --contenders) contenders=$2; shift ;;
        --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done

# shellcheck source=comparison/setup.sh
. benchmarks/comparison/setup.sh
products=100 # Some of them sell out.

server_pid="" clients_pid=""
stop_server() {
    [ -n "$server_pid" ] || return 0
    kill -9 "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=""
}
stop_servers() {
    [ -z "$clients_pid" ] || { kill "$clients_pid" 2>/dev/null && wait "$clients_pid" || true; }
    stop_server
}

start_server() { # uses the variable environment, so that the server has the same ports and files at every start
    # shellcheck disable=SC2086 # One word per variable is intended.
    launch_contender "$artifacts/$(basename "$contender_project")" $environment
}

account() {
    local kill duration=$((kills * 12)) options=(--auth none --setup assume)
    # shellcheck source=/dev/null
    . "benchmarks/comparison/contenders/$contender.sh"
    [ "$contender" != granary ] || options=(--admin-password "$admin_password")
    new_database
    target=http://127.0.0.1:$(free_port)
    # After a start the product asks about old claims within ten grace periods: 50 s, so that the account need not wait five minutes.
    environment="$(contender_environment) Seed__Units=$units Granary__Orders__ReservationGrace=00:00:05"
    start_server
    "$artifacts/Runner/Granary.Runner" account --target "$target" "${options[@]}" --users "$actors" --products "$products" \
        --units "$units" --clients "$clients" --duration "$duration" >"$workspace/account.txt" &
    clients_pid=$!
    until grep -qs '^shop is set up' "$workspace/account.txt"; do kill -0 "$clients_pid"; sleep 0.2; done
    for kill in $(seq "$kills"); do
        sleep $((3 + RANDOM % 5))
        stop_server
        start_server
    done
    wait "$clients_pid" || failed=1
    cat "$workspace/account.txt"
    clients_pid=""
    stop_server
    rm -rf "$workspace/granary-data"
}

failed=0
publish_project benchmarks/Runner "$artifacts" "$workspace/publish.log"
for contender in $contenders; do
    # shellcheck source=/dev/null
    . "benchmarks/comparison/contenders/$contender.sh"
    publish_project "$contender_project" "$artifacts" "$workspace/publish.log"
done
start_postgres
for round in $(seq "$rounds"); do
    for contender in $contenders; do
        echo "round $round, $contender: $kills kills, load $(cut -d' ' -f1 /proc/loadavg)"
        account
    done
done
exit "$failed"
