#!/usr/bin/env bash
# Measures the latency of placing orders below the limit: first the rate that 128 clients reach, then a share of it as arrivals on a
# schedule, timed from the intended start of each. The load runner shares the machine with the server. See docs/performance.md.
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

measure() { # jq filter for the figures of the step "place", then options of the runner
    local figures=$1
    shift
    # A missed threshold is not a failure here: the script prints the figures.
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
