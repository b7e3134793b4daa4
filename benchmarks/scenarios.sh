#!/usr/bin/env bash
# Runs every scenario in turn against one fresh product. The load runner shares the machine. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=15 clients=128 actors=32
usage="usage: benchmarks/scenarios.sh [--seconds N] [--clients N]"
while [ $# -gt 0 ]; do
    case $1 in
        --seconds) seconds=$2; shift ;;
        --clients) clients=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# The flash sale has 10,000 clients; a connection needs a file descriptor on each side.
ulimit -n 16384
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

run() { # arguments: scenario, then options of the runner; a missed threshold is not a failure here
    local scenario=$1
    shift
    "$artifacts/Runner/Granary.Runner" run --scenario "$scenario" --target "$target" --admin-user admin --admin-password "$admin_password" \
        --out "$workspace" "$@" >"$workspace/runner.log" 2>&1 || [ $? = 1 ] ||
        { cat "$workspace/runner.log" >&2; exit 1; }
    jq -r --arg scenario "$scenario" '.steps[] | "\($scenario)\t\(.name)\t\(.per_second | round)\t\(.response.p50_ms | round)\t" +
        "\(.response.p99_ms | round)\t\(.calls.failed)"' "$workspace/$scenario.json"
}

publish_product
start_postgres
start_fresh_product
shop=(--users "$actors" --products "$products" --clients "$clients")
run place-uniform "${shop[@]}" --warm-up 0 --duration 30 >/dev/null
printf 'scenario\tstep\tper_second\tp50_ms\tp99_ms\tfailed\n'
for scenario in place-uniform place-zipf place-hot lifecycle until-listed browse mixed retry-storm; do
    run "$scenario" "${shop[@]}" --warm-up 5 --duration "$seconds"
done
# The flash sale defines its own shop and load: 1,000 units of one product, and each of 10,000 clients comes once.
run flash-sale
