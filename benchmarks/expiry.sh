#!/usr/bin/env bash
# Compares expiring orders with placing them, in one process: 128 clients place orders that nobody pays, all of them are due a minute
# later, when nothing else happens. Prints orders per second and processor time of server and PostgreSQL for both. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3 connections=128 actors=256 warmup=20 measure=15 timeout=59
usage="usage: benchmarks/expiry.sh [--rounds N]"
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

pending() { sql bench "SELECT count(*) FROM order_index WHERE status = 1"; }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }
start() { began=$(milliseconds) server=$(cpu_of "$product_pid") postgres=$(cpu_of_tree "$postgres_pid"); }
report() { # arguments: what happened to the orders, how many; since start
    awk -v orders="$2" -v ms=$(($(milliseconds) - began)) -v s0="$server" -v s1="$(cpu_of "$product_pid")" \
        -v p0="$postgres" -v p1="$(cpu_of_tree "$postgres_pid")" -v what="$1" -v round="$round" 'BEGIN {
        printf "round %d: %s %.0f/s, processor time each: server %.3f ms, PostgreSQL %.3f ms\n", round, what, orders * 1000 / ms, (s1 - s0) * 1000 / orders, (p1 - p0) * 1000 / orders }'
}

publish_product
start_postgres
start_fresh_product "Granary__Orders__PaymentTimeout=00:00:$timeout"
contender_actors "$workspace/actors.tsv"
drive "$target" "$workspace/actors.tsv" "$warmup" uniform warm-up >/dev/null
for round in $(seq "$rounds"); do
    until [ "$(pending)" = 0 ]; do sleep 1; done
    start
    orders=$(drive "$target" "$workspace/actors.tsv" "$measure" uniform "e$round" | cut -f2)
    report placed "$orders"
    until [ "$(pending)" -lt "$orders" ]; do sleep 0.2; done
    start
    # From time to time, so that asking costs nothing.
    until [ "$(pending)" = 0 ]; do sleep 1; done
    report expired "$orders"
done
