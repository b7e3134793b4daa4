#!/usr/bin/env bash
# Compares one silo on one core with two silos on one core each. PostgreSQL, Redis and wrk run on the same two cores, unpinned, so
# the second silo gets only what they leave of its core. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3 connections=64 actors=256
usage="usage: benchmarks/scale-out.sh [--rounds N]"
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

silos=() redis_pid=""
stop_servers() {
    [ "${#silos[@]}" = 0 ] || kill "${silos[@]}" || true
    for silo in "${silos[@]}"; do wait "$silo" || true; done
    silos=()
    [ -z "$redis_pid" ] || { kill "$redis_pid" && wait "$redis_pid" || true; }
    redis_pid=""
}

start_redis() {
    redis_port=$(free_port)
    redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$workspace" >"$workspace/redis.log" 2>&1 &
    redis_pid=$!
}

start_silos() { # argument: number of silos; each is also a front end
    targets=()
    for silo in $(seq "$1"); do
        targets+=("http://127.0.0.1:$(free_port)")
        product_launcher="taskset -c $((silo - 1))" start_product bench "${targets[-1]}" \
            Granary__Clustering=Redis "ConnectionStrings__Redis=127.0.0.1:$redis_port" Granary__Silo__Address=127.0.0.1 \
            Granary__Silo__Tls__Mode=Off
        silos+=("$product_pid")
        await_product "${targets[-1]}"
    done
}

rate() { # arguments: seconds, tag; half of the connections go to each front end
    drive "${targets[0]}" "$workspace/actors.tsv" "$1" uniform "$2a" >"$workspace/a" &
    local first=$!
    drive "${targets[-1]}" "$workspace/actors.tsv" "$1" uniform "$2b" >"$workspace/b"
    wait "$first"
    cat "$workspace/a" "$workspace/b" | rate_of
}

publish_product
start_postgres
for round in $(seq "$rounds"); do
    rates=()
    for count in 1 2; do
        new_database
        start_redis
        start_silos "$count"
        target=${targets[0]}
        contender_actors "$workspace/actors.tsv"
        rate 30 "w$round" >/dev/null
        before=$(for silo in "${silos[@]}"; do cpu_of "$silo"; done | awk '{ sum += $1 } END { print sum }')
        rates+=("$(rate 15 "m$round")")
        after=$(for silo in "${silos[@]}"; do cpu_of "$silo"; done | awk '{ sum += $1 } END { print sum }')
        cores[count]=$(awk "BEGIN { printf \"%.2f\", ($after - $before) / 15 }")
        stop_servers
    done
    echo "round $round: one silo ${rates[0]} orders/s on ${cores[1]} cores, two ${rates[1]} on ${cores[2]}:" \
        "$(ratio "${rates[1]}" "${rates[0]}")"
done
