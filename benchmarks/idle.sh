#!/usr/bin/env bash
# Measures what a process with many open orders uses while nobody calls it: places them, waits, then prints the share of a core that server
# and PostgreSQL use and the server's resident memory, once a round. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

orders=100000 rounds=3 seconds=60 connections=128 actors=256
usage="usage: benchmarks/idle.sh [--orders N] [--rounds N] [--seconds N]"
while [ $# -gt 0 ]; do
    case $1 in
        --orders) orders=$2; shift ;;
        --rounds) rounds=$2; shift ;;
        --seconds) seconds=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

open() { sql bench "SELECT count(*) FROM order_index WHERE status = 1"; }

publish_product
start_postgres
# No order may come due while it is measured.
start_fresh_product "Granary__Orders__PaymentTimeout=1.00:00:00"
contender_actors "$workspace/actors.tsv"
placing=0
while [ "$(open)" -lt "$orders" ]; do
    placing=$((placing + 1))
    drive "$target" "$workspace/actors.tsv" 5 uniform "idle$placing" >/dev/null
done
echo "$(open) open orders"
for round in $(seq "$rounds"); do
    # Consumers, checkpoints and the collector come to rest first.
    sleep "$seconds"
    server=$(cpu_of "$product_pid") postgres=$(cpu_of_tree "$postgres_pid")
    sleep "$seconds"
    awk -v round="$round" -v s="$seconds" -v s0="$server" -v s1="$(cpu_of "$product_pid")" -v p0="$postgres" -v p1="$(cpu_of_tree "$postgres_pid")" \
        -v memory="$(awk '/^VmRSS/ { print $2 / 1024 }' "/proc/$product_pid/status")" 'BEGIN {
        printf "round %d: server %.2f %% of a core, PostgreSQL %.2f %%, resident %.0f MB\n", round, (s1 - s0) * 100 / s, (p1 - p0) * 100 / s, memory }'
done
