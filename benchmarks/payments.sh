#!/usr/bin/env bash
# Compares an order that the sandbox provider pays with one that the wallet pays, in one process. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3 actors=64 connections=32 products=50
usage="usage: benchmarks/payments.sh [--rounds N]"
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

seconds_of_processor() { awk -v a="$(cpu_of "$product_pid")" -v b="$(cpu_of_tree "$postgres_pid")" 'BEGIN { print a + b }'; }

# Prints paid orders per second and milliseconds of processor time for each (server and PostgreSQL); fails if one was refused.
measure() { # arguments: wallet or external, seconds, tag
    local before after line
    before=$(seconds_of_processor)
    line=$(wrk -t2 -c"$connections" -d"$2s" -s benchmarks/comparison/pay.lua "$target" -- "$workspace/actors.tsv" "$products" "$1" "$3" | grep '^PAID')
    after=$(seconds_of_processor)
    awk -v line="$line" -v before="$before" -v after="$after" 'BEGIN {
        split(line, r, "\t")
        if (r[2] == 0 || r[4] > 0) { print r[2] " paid, " r[4] " refused or broken" > "/dev/stderr"; exit 1 }
        printf "%.1f %.3f\n", r[2] / (r[3] / 1e6), (after - before) * 1000 / r[2]
    }'
}

publish_product
start_postgres
start_fresh_product Granary__Payments__Provider=Sandbox Granary__RateLimit__PermitsPerSecond=1000000
contender_actors "$workspace/actors.tsv"
measure wallet 20 w0 >/dev/null
measure external 20 e0 >/dev/null
for round in $(seq "$rounds"); do
    read -r wallet wallet_ms < <(measure wallet 10 "w$round")
    read -r external external_ms < <(measure external 10 "e$round")
    echo "round $round: $wallet orders/s paid by the wallet ($wallet_ms ms of processor time each), $external by the sandbox ($external_ms ms): $(ratio "$external_ms" "$wallet_ms") times the processor time"
done
stop_product
