#!/usr/bin/env bash
# What reading lists from a standby takes off the primary: clients list orders while others place some, with Granary:Replicas:Use off and
# on in turns. Prints reads and orders a second, processor time of both PostgreSQL servers and of the product, and where the lists came
# from. See docs/replica-reads.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3 readers=16 connections=4 actors=64 fill=10 measure=20 page=20
usage="usage: benchmarks/replica-reads.sh [--rounds N] [--seconds N] [--readers N] [--writers N]"
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --seconds) measure=$2; shift ;;
        --readers) readers=$2; shift ;;
        --writers) connections=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

standby_pid=""
start_standby() {
    standby_port=$(free_port)
    as_postgres "$postgres_bin/pg_basebackup" --dbname="host=127.0.0.1 port=$postgres_port user=granary application_name=standby" \
        --pgdata="$workspace/pg/standby" --checkpoint=fast --wal-method=stream --write-recovery-conf
    echo "port = $standby_port" >>"$workspace/pg/standby/postgresql.conf"
    as_postgres "$postgres_bin/pg_ctl" -D "$workspace/pg/standby" -l "$workspace/pg/standby-log" -w start >/dev/null
    standby_pid=$(head -1 "$workspace/pg/standby/postmaster.pid")
}
stop_standby() {
    [ -z "$standby_pid" ] || as_postgres "$postgres_bin/pg_ctl" -D "$workspace/pg/standby" -m fast -w stop >/dev/null || true
    standby_pid=""
}
stop_servers() { stop_product; stop_standby; }

# The lists that came from a source, by the product's metric.
lists_from() { curl -fsS "$target/metrics" | awk -v from="from=\"$1\"" '/^list_reads_total/ && index($0, from) { sum += $NF } END { print sum + 0 }'; }
list() { # argument: seconds; prints list.lua's RESULT line
    wrk -t2 -c"$readers" -d"$1s" --timeout 10s -s benchmarks/comparison/list.lua "$target" -- "$workspace/actors.tsv" "$page" | grep '^RESULT'
}

measure_once() { # arguments: false or true, round
    local p0 s0 a0 r0 m0 lists orders p50 p99 errors failed
    start_product bench "$target" "ConnectionStrings__Granary=Host=127.0.0.1:$postgres_port,127.0.0.1:$standby_port;Username=granary;Database=bench" \
        "Granary__Replicas__Use=$1"
    await_product "$target"
    list 5 >/dev/null # Warm-up.
    p0=$(cpu_of_tree "$postgres_pid") s0=$(cpu_of_tree "$standby_pid") a0=$(cpu_of "$product_pid") r0=$(lists_from replica) m0=$(lists_from primary)
    drive "$target" "$workspace/actors.tsv" "$measure" uniform "r$2$1" >"$workspace/orders" &
    local driving=$! # A process substitution is a job, too.
    IFS=$'\t' read -r _ lists _ p50 p99 _ errors < <(list "$measure")
    wait $driving
    IFS=$'\t' read -r _ orders _ _ _ _ failed <"$workspace/orders"
    awk -v use="$1" -v round="$2" -v seconds="$measure" -v lists="$lists" -v orders="$orders" -v errors="$errors" -v failed="$failed" -v p50="$p50" -v p99="$p99" \
        -v p="$(awk "BEGIN { print $(cpu_of_tree "$postgres_pid") - $p0 }")" -v s="$(awk "BEGIN { print $(cpu_of_tree "$standby_pid") - $s0 }")" \
        -v a="$(awk "BEGIN { print $(cpu_of "$product_pid") - $a0 }")" -v r=$(($(lists_from replica) - r0)) -v m=$(($(lists_from primary) - m0)) 'BEGIN {
        printf "round %d, replicas %s: %.0f lists/s (p50 %s ms, p99 %s ms, %d errors), %.0f orders/s (%d errors); processor s/s: primary %.2f, standby %.2f, product %.2f; from the replica %.1f %%\n",
            round, use == "true" ? "on " : "off", lists / seconds, p50, p99, errors, orders / seconds, failed, p / seconds, s / seconds, a / seconds, r + m ? 100 * r / (r + m) : 0 }'
    stop_product
}

publish_product
start_postgres
start_fresh_product
contender_actors "$workspace/actors.tsv"
drive "$target" "$workspace/actors.tsv" "$fill" uniform fill >/dev/null
stop_product
start_standby
for round in $(seq "$rounds"); do
    measure_once false "$round"
    measure_once true "$round"
done
