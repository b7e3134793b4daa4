#!/usr/bin/env bash
# Measures how long after its start the product answers its first order, and how long until it is as fast as a warm process.
# The shop exists already, as after a restart; PostgreSQL is warm. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3 connections=128 actors=256
usage="usage: benchmarks/cold-start.sh [--rounds N]"
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

now() { date +%s%N; }
milliseconds_since() { echo $((($(now) - $1) / 1000000)); }

place_one() {
    IFS=$'\t' read -r user token <"$workspace/actors.tsv"
    curl -s -o /dev/null -w '%{http_code}' "$target/orders" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
        -H "Idempotency-Key: first-$1" -d "{\"user_id\":\"$user\",\"items\":[{\"sku\":\"sku-1\",\"quantity\":1}]}" || true
}

rate() { drive "$target" "$workspace/actors.tsv" "$1" uniform "$2" | rate_of; } # seconds, tag

publish_product
start_postgres
start_fresh_product
contender_actors "$workspace/actors.tsv"
stop_product

for round in $(seq "$rounds"); do
    began=$(now)
    start_product bench "$target"
    until [ "$(place_one "$round-$began")" = 201 ]; do sleep 0.02; done
    first=$(milliseconds_since "$began")
    rates=()
    while [ "$(milliseconds_since "$began")" -lt 12000 ]; do rates+=("$(milliseconds_since "$began") ms: $(rate 2 "c$round-${#rates[@]}")"); done
    rate 15 "warm$round" >/dev/null
    warm=$(rate 10 "w$round")
    stop_product
    echo "round $round: first order after $first ms, warm $warm orders/s; two seconds each, begun after"
    printf '  %s orders/s\n' "${rates[@]}"
done
