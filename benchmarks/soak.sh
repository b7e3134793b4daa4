#!/usr/bin/env bash
# Checks whether memory stays level: places orders that no customer pays for, so that each expires after a minute and releases its
# stock and money. Prints orders per second and resident memory every minute. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

minutes=15 connections=128 actors=256
usage="usage: benchmarks/soak.sh [--minutes N]"
while [ $# -gt 0 ]; do
    case $1 in
        --minutes) minutes=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

publish_product
start_postgres
start_fresh_product Granary__Orders__PaymentTimeout=00:01:00
contender_actors "$workspace/actors.tsv"
for minute in $(seq "$minutes"); do
    rate=$(drive "$target" "$workspace/actors.tsv" 60 uniform "s$minute" | rate_of)
    echo "minute $minute: $rate orders/s, resident $(awk '/VmRSS/ { printf "%d", $2 / 1024 }' "/proc/$product_pid/status") MB," \
        "pending $(sql bench "SELECT count(*) FROM order_index WHERE status = 1"), orders $(sql bench "SELECT count(*) FROM order_index")"
done
