#!/usr/bin/env bash
# Compares placing orders through many connections with placing through 128, in one process. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3 many=10000 actors=256
usage="usage: benchmarks/connections.sh [--rounds N] [--many CONNECTIONS]"
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --many) many=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# A connection needs a file descriptor on each side.
ulimit -n "$((many + 4096))"
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

# Prints orders per second, 50th and 99th percentile in ms, errors.
measure() { connections=$1 drive "$target" "$workspace/actors.tsv" "$2" uniform "$3" | awk -F'\t' '{ printf "%.0f %.0f %.0f %d\n", $2 / ($3 / 1e6), $4, $5, $7 }'; }

publish_product
start_postgres
for round in $(seq "$rounds"); do
    start_fresh_product
    contender_actors "$workspace/actors.tsv"
    measure 128 30 "w$round" >/dev/null
    read -r few_rate few_p50 few_p99 few_errors < <(measure 128 15 "f$round")
    read -r many_rate many_p50 many_p99 many_errors < <(measure "$many" 20 "m$round")
    echo "round $round: 128 connections $few_rate orders/s, p50 $few_p50 ms, p99 $few_p99 ms, $few_errors errors;" \
        "$many: $many_rate orders/s, p50 $many_p50 ms, p99 $many_p99 ms, $many_errors errors: $(ratio "$many_rate" "$few_rate")"
    stop_product
done
