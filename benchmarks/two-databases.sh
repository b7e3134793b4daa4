#!/usr/bin/env bash
# Compares a journal in one database with one divided over two, each on a PostgreSQL server of its own, on the same cores: orders a second, and
# what one order costs the product and each server. These are the inputs, and the test, of the model in docs/scaling.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3 warmup=20 measure=15 connections=128 actors=256
usage="usage: benchmarks/two-databases.sh [--rounds N] [--warmup SECONDS] [--measure SECONDS] [--pin]
  --pin   the product has the first core and the servers have the second one, so that the servers are the limit"
pin=""
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --warmup) warmup=$2; shift ;;
        --measure) measure=$2; shift ;;
        --pin) pin=yes ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

at_second() { local postgres_port=$second_port; "$@"; }
wal() { sql bench "select pg_current_wal_lsn() - '0/0'::pg_lsn"; }
events() { sql bench "select count(*) from journal"; }

figures() { # prints the processor seconds of product, first and second server, then WAL and events of the first and of the second
    echo "$(cpu_of "$product_pid") $(cpu_of_tree "$first_pid") $(cpu_of_tree "$second_pid") $(wal) $(events) $(at_second wal) $(at_second events)"
}

measure_once() { # arguments: round, number of databases
    local settings=() before after result
    at_second new_database
    if [ "$2" = 2 ]; then
        settings=("Granary__Journal__Databases__1=Host=127.0.0.1;Port=$second_port;Username=granary;Database=bench")
    else
        at_second sql bench "create table journal ()" # Its rows are counted, too.
    fi
    rm -rf "$workspace/granary-data"
    product_launcher=${pin:+taskset -c 0} start_fresh_product "${settings[@]}"
    contender_actors "$workspace/actors.tsv"
    drive "$target" "$workspace/actors.tsv" "$warmup" uniform "w$1$2" >/dev/null
    sql bench checkpoint
    at_second sql bench checkpoint
    before=$(figures)
    result=$(drive "$target" "$workspace/actors.tsv" "$measure" uniform "m$1$2")
    after=$(figures)
    awk -v round="$1" -v databases="$2" -v before="$before" -v after="$after" -v result="$result" 'BEGIN {
        split(before, b, " "); split(after, a, " "); split(result, r, "\t")
        orders = r[2]
        for (i = 1; i <= 7; i++) used[i] = (a[i] - b[i]) / orders
        printf "%d\t%d\t%.0f\t%s\t%s\t%.4f\t%.4f\t%.4f\t%.0f\t%.2f\t%.0f\t%.2f\t%d\n", round, databases, orders / (r[3] / 1e6), r[4], r[5],
            used[1] * 1000, used[2] * 1000, used[3] * 1000, used[4], used[5], used[6], used[7], r[7]
    }'
    stop_product
}

publish_product
start_postgres second
second_port=$postgres_port second_pid=$postgres_pid
start_postgres
first_pid=$postgres_pid
if [ -n "$pin" ]; then
    taskset -cap 1 "$first_pid" >/dev/null
    taskset -cap 1 "$second_pid" >/dev/null
fi
printf 'round\tdatabases\torders_per_second\tp50_ms\tp99_ms\tproduct_cpu_ms\tfirst_cpu_ms\tsecond_cpu_ms\tfirst_wal_bytes\tfirst_events\tsecond_wal_bytes\tsecond_events\terrors\n'
for round in $(seq "$rounds"); do
    for databases in 1 2; do measure_once "$round" "$databases"; done
done
