#!/usr/bin/env bash
# Measures the latency of placing orders below the limit, beside that of the alternatives: orders arrive on a schedule, at fixed rates and
# at shares of what 128 clients get from the product, and each is timed from its intended start. The load runner shares the machine with
# the server; users and products are made before the clock starts. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<TEXT
usage: benchmarks/open-loop.sh [--rounds N] [--rates "300 600 1000"] [--shares "0.25 0.5 0.7"] [--warmup SECONDS] [--measure SECONDS]
                               [--contenders "noop npgsql granary"]
  A share is one of the capacity of the product, which is measured first in each round; all contenders get the same arrivals.
TEXT
}

rounds=3 rates="300 600 1000" shares="0.25 0.5 0.7" warmup=15 measure=20 actors=128 connections=128 contenders="noop npgsql granary"
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --rates) rates=$2; shift ;;
        --shares) shares=$2; shift ;;
        --warmup) warmup=$2; shift ;;
        --measure) measure=$2; shift ;;
        --contenders) contenders=$2; shift ;;
        --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/setup.sh
. benchmarks/comparison/setup.sh

stop_servers() { stop_contender; }

start() { # argument: contender
    local contender=$1
    # shellcheck source=/dev/null
    . "benchmarks/comparison/contenders/$contender.sh"
    rm -rf "$workspace/granary-data"
    start_contender "$artifacts/$(basename "$contender_project")"
    options=(--auth none --setup assume)
    [ "$contender" != granary ] || options=(--admin-user admin --admin-password "$admin_password")
}

collector() { # prints the seconds of all pauses and the number of collections; zeros for a contender without metrics
    { curl -fsS "$target/metrics" 2>/dev/null || true; } | awk '/^dotnet_gc_pause_time_seconds_total/ { pause = $2 } /^dotnet_gc_collections_total/ { count += $2 }
        END { printf "%.4f %d", pause, count }'
}

measure() { # jq filter for the figures of the step "place", then options of the runner
    local figures=$1
    shift
    # A missed threshold is not a failure here: the script prints the figures.
    "$artifacts/Runner/Granary.Runner" run --scenario place-uniform --target "$target" "${options[@]}" --users "$actors" \
        --products "$products" --out "$workspace" "$@" >"$workspace/runner.log" 2>&1 || [ $? = 1 ] || { cat "$workspace/runner.log" >&2; exit 1; }
    jq -r ".steps[] | select(.name == \"place\") | $figures" "$workspace/place-uniform.json"
}

publish_project benchmarks/Runner "$artifacts" "$workspace/publish.log"
for contender in $contenders; do
    # shellcheck source=/dev/null
    . "benchmarks/comparison/contenders/$contender.sh"
    publish_project "$contender_project" "$artifacts" "$workspace/publish.log"
done
start_postgres
printf 'round\tcontender\tarrivals_per_second\tshare\tp50_ms\tp99_ms\tp999_ms\tfailed\tpause_ms\tcollections\n'
for round in $(seq "$rounds"); do
    start granary
    capacity=$(measure '.per_second' --clients "$connections" --warm-up 30 --duration 15)
    stop_servers
    echo "# round $round: $connections clients get $(printf '%.0f' "$capacity") orders/s from the product"
    for contender in $contenders; do
        start "$contender"
        measure '.per_second' --clients "$connections" --warm-up "$warmup" --duration 1 >/dev/null
        for rate in $rates $shares; do
            share=-
            case $rate in 0.*) share=$rate rate=$(awk "BEGIN { printf \"%.0f\", $capacity * $rate }") ;; esac
            before=$(collector)
            figures=$(measure '.response as $time | [$time.p50_ms, $time.p99_ms, $time.p999_ms, .calls.failed] | map(. * 10 | round / 10) | @tsv' \
                --rate "$rate" --warm-up 5 --duration "$measure")
            # The mean pause of a collection during warm-up and measurement.
            pause=$(echo "$before $(collector)" | awk '{ count = $4 - $2; printf "%.1f\t%d", count ? ($3 - $1) * 1000 / count : 0, count }')
            printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$round" "$contender" "$rate" "$share" "$figures" "$pause"
        done
        stop_servers
    done
done
