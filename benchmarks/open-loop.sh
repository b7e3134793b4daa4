#!/usr/bin/env bash
# Latency of placing below the limit: first as many orders a second as 128 clients get, then a share of that as arrivals on a
# schedule, timed from when each was meant to start. The load runner shares the machine and takes its part. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3 share=0.7 actors=128 products=1000 connections=128 artifacts=$PWD/artifacts/bench
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --share) share=$2; shift ;;
        *) echo "usage: benchmarks/open-loop.sh [--rounds N] [--share OF-CAPACITY]" >&2; exit 2 ;;
    esac
    shift
done
workspace=$(mktemp -d "${TMPDIR:-/tmp}/granary-bench.XXXXXX")
# shellcheck source=comparison/processes.sh
. benchmarks/comparison/processes.sh
# shellcheck source=comparison/postgres.sh
. benchmarks/comparison/postgres.sh
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

trap 'stop_product; stop_postgres; rm -rf "$workspace"' EXIT
trap 'exit 130' INT TERM

measure() { # what to print of the step "place", in jq's language, then options of the runner
    local figures=$1
    shift
    # A missed threshold is no failure here: the figures are printed.
    "$artifacts/Runner/Granary.Runner" run --scenario place-uniform --target "$target" --admin-user admin \
        --admin-password correct-horse-battery-staple-1 --users "$actors" --products "$products" --out "$workspace" "$@" \
        >"$workspace/runner.log" 2>&1 || [ $? = 1 ] || { cat "$workspace/runner.log" >&2; exit 1; }
    jq -r ".steps[] | select(.name == \"place\") | $figures" "$workspace/place-uniform.json"
}

publish_product
start_postgres
new_database
target=http://127.0.0.1:$(free_port)
start_product bench "$target"
await_product "$target"
for round in $(seq "$rounds"); do
    capacity=$(measure '.per_second' --clients "$connections" --warm-up 30 --duration 15)
    rate=$(awk "BEGIN { printf \"%.0f\", $capacity * $share }")
    echo "round $round: $connections clients get $(printf '%.0f' "$capacity") orders/s; at $rate arrivals/s:" \
        "$(measure '.response as $time | "p50 \($time.p50_ms | round) ms, p99 \($time.p99_ms | round) ms, p99.9 \($time.p999_ms | round) ms, \(.calls.failed) failed"' \
            --rate "$rate" --warm-up 10 --duration 30)"
done
