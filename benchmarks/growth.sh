#!/usr/bin/env bash
# Compares placing orders in a store that holds millions of past orders with placing in an empty one. See docs/performance.md.
# The script places, pays, packs, ships, receives and completes one order through the API and copies its events and its index row
# under random ids. It does not copy the events of its stock items and user: their snapshots contain the sum.
set -euo pipefail
cd "$(dirname "$0")/.."

past=5000000 rounds=3 connections=128 actors=256
usage="usage: benchmarks/growth.sh [--orders N] [--rounds N]"
while [ $# -gt 0 ]; do
    case $1 in
        --orders) past=$2; shift ;;
        --rounds) rounds=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

complete_one_order() {
    local user token admin id step
    IFS=$'\t' read -r user token <"$workspace/filled.tsv"
    admin=$(curl -fsS "$target/auth/token" -H 'Content-Type: application/json' \
        -d "{\"user_name\":\"admin\",\"password\":\"$admin_password\"}" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
    id=$(curl -fsS "$target/orders" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
        -d "{\"user_id\":\"$user\",\"items\":[{\"sku\":\"sku-1\",\"quantity\":1}]}" | sed 's/.*"id":"\([^"]*\)".*/\1/')
    for step in pay pack ship receive complete; do
        curl -fsS -o /dev/null "$target/orders/$id/$step" -H "Authorization: Bearer $admin" -H 'Content-Type: application/json' \
            -d '{"carrier":"DHL","tracking_number":"1"}'
    done
    until [ "$(sql filled "select status from order_index where order_id = '$id'")" = "$(sql filled "select max(status) from order_index")" ] &&
        [ "$(sql filled "select version from order_index where order_id = '$id'")" = 6 ]; do sleep 0.1; done
    echo "$id"
}

# The copies get positions below the first one in use: consumers that follow the journal have already passed them.
fill() { # argument: id of the order to copy
    sql filled "
        CREATE TABLE copied AS SELECT row_number() OVER (ORDER BY version) AS step, * FROM journal WHERE stream = 'order/$1';
        ALTER TABLE journal DROP CONSTRAINT journal_pkey, DROP CONSTRAINT journal_stream_version_key;
        INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch)
        SELECT (n - 1) * 6 + step, 'order/' || substr(md5(n::text), 1, 26), version, type, payload, recorded_at, batch
        FROM generate_series(1, $past) AS n, copied;
        SET maintenance_work_mem = '2GB';
        ALTER TABLE journal ADD PRIMARY KEY (position), ADD UNIQUE (stream, version);
        DROP INDEX order_index_newest, order_index_by_user, order_index_by_status, order_index_due;
        INSERT INTO order_index (order_id, user_id, status, total, created_at, updated_at, expires_at, version)
        SELECT substr(md5(n::text), 1, 26), user_id, status, total, created_at - n, updated_at - n, expires_at, version
        FROM generate_series(1, $past) AS n, order_index WHERE order_id = '$1';
        CREATE INDEX order_index_newest ON order_index (created_at DESC, order_id DESC);
        CREATE INDEX order_index_by_user ON order_index (user_id, created_at DESC, order_id DESC);
        CREATE INDEX order_index_by_status ON order_index (status, created_at DESC, order_id DESC);
        CREATE INDEX order_index_due ON order_index (expires_at) WHERE expires_at IS NOT NULL;
        DROP TABLE copied"
    sql filled "VACUUM (ANALYZE)"
    sql filled "CHECKPOINT"
}

publish_product
start_postgres
target=http://127.0.0.1:$(free_port)
for database in filled empty; do
    sql postgres "CREATE DATABASE $database"
    start_product "$database" "$target"
    await_product "$target"
    contender_actors "$workspace/$database.tsv"
    # Wait until each of three consumers has a checkpoint in each of 16 partitions: without one it would read the copied past too.
    drive "$target" "$workspace/$database.tsv" 10 uniform first >/dev/null
    if [ "$database" = filled ]; then copied=$(complete_one_order); fi
    until [ "$(sql "$database" "SELECT count(*) FROM stream_checkpoint")" = 48 ]; do sleep 0.1; done
    stop_product
done
fill "$copied"
echo "past orders: $(sql filled "SELECT count(*) FROM order_index"), events: $(sql filled "SELECT count(*) FROM journal")," \
    "database: $(sql filled "SELECT pg_size_pretty(pg_database_size('filled'))")"
for round in $(seq "$rounds"); do
    rates=()
    for database in empty filled; do
        start_product "$database" "$target"
        await_product "$target"
        drive "$target" "$workspace/$database.tsv" 30 uniform "w$round" >/dev/null
        sql "$database" "CHECKPOINT"
        rates+=("$(drive "$target" "$workspace/$database.tsv" 15 uniform "m$round" | rate_of)")
        stop_product
    done
    echo "round $round: empty ${rates[0]}, filled ${rates[1]} orders/s: $(ratio "${rates[1]}" "${rates[0]}")"
done
