#!/usr/bin/env bash
# Whether memory stays level: places orders that nobody pays for, so that each is placed, expires after a minute and gives back
# what it took. Prints orders a second and resident memory as it goes. See docs/performance.md.
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
