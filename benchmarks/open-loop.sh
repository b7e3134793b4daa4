#!/usr/bin/env bash
# Latency of placing below the limit: first as many orders a second as 128 clients get, then a share of that as arrivals on a
# schedule, timed from when each was meant to start. The load runner shares the machine and takes its part. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3 share=0.7 actors=128 connections=128
usage="usage: benchmarks/open-loop.sh [--rounds N] [--share OF-CAPACITY]"
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --share) share=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

measure() { # what to print of the step "place", in jq's language, then options of the runner
    local figures=$1
    shift
    # A missed threshold is no failure here: the figures are printed.
    "$artifacts/Runner/Granary.Runner" run --scenario place-uniform --target "$target" --admin-user admin \
        --admin-password "$admin_password" --users "$actors" --products "$products" --out "$workspace" "$@" \
        >"$workspace/runner.log" 2>&1 || [ $? = 1 ] || { cat "$workspace/runner.log" >&2; exit 1; }
    jq -r ".steps[] | select(.name == \"place\") | $figures" "$workspace/place-uniform.json"
}

publish_product
start_postgres
start_fresh_product
for round in $(seq "$rounds"); do
    capacity=$(measure '.per_second' --clients "$connections" --warm-up 30 --duration 15)
    rate=$(awk "BEGIN { printf \"%.0f\", $capacity * $share }")
    echo "round $round: $connections clients get $(printf '%.0f' "$capacity") orders/s; at $rate arrivals/s:" \
        "$(measure '.response as $time | "p50 \($time.p50_ms | round) ms, p99 \($time.p99_ms | round) ms, p99.9 \($time.p999_ms | round) ms, \(.calls.failed) failed"' \
            --rate "$rate" --warm-up 10 --duration 30)"
done
