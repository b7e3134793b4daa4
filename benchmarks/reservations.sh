#!/usr/bin/env bash
# Compares placing orders for an SKU with at least 100,000 open reservations with placing for an SKU that has few, in one process.
# See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3 least=100000 connections=128 actors=256
usage="usage: benchmarks/reservations.sh [--rounds N] [--reservations N]"
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --reservations) least=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

rate() { drive "$target" "$workspace/actors.tsv" "$1" "$2" "$3" | rate_of; } # arguments: seconds, SKU, tag
reserved() { sql bench "SELECT count(*) FROM journal WHERE stream = 'stock/$1' AND type = 'stock.reserved'"; } # argument: SKU; no client pays or cancels

publish_product
start_postgres
start_fresh_product
contender_actors "$workspace/actors.tsv"
rate 30 uniform warm >/dev/null
for fill in $(seq 100); do
    [ "$(reserved sku-1)" -lt "$least" ] || break
    rate 10 sku-1 "f$fill" >/dev/null
done
for round in $(seq "$rounds"); do
    fresh=sku-$((round + 1))
    open=$(reserved sku-1) few=$(reserved "$fresh")
    none=$(rate 8 "$fresh" "n$round")
    many=$(rate 8 sku-1 "m$round")
    echo "round $round: $none orders/s with $few to $(reserved "$fresh") open reservations, $many with $open to $(reserved sku-1):" \
        "$(ratio "$many" "$none")"
done
