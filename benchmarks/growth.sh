#!/usr/bin/env bash
# Compares placing orders in a store that holds millions of past orders with placing in an empty one. See docs/performance.md.
# The script places, pays, packs, ships, receives and completes one order through the API and copies its events, its row of the index
# and its line under random ids. It does not copy the events of its stock items and user: their snapshots contain the sum.
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

# The copies get positions below the first one in use: consumers that follow the journal have already passed them. Indexes and keys
# are made anew when the rows are there, from their own definitions.
fill() { # argument: id of the order to copy
    sql filled "
        CREATE TABLE copied AS SELECT row_number() OVER (ORDER BY version) AS step, * FROM journal WHERE stream = 'order/$1';
        CREATE TABLE again AS
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
            format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
        FROM pg_constraint WHERE conrelid IN ('journal'::regclass, 'order_index_line'::regclass) AND contype IN ('p', 'u')
        UNION ALL
        SELECT format('DROP INDEX %I', indexname), indexdef FROM pg_indexes
        WHERE tablename = 'order_index' AND indexname <> 'order_index_pkey';
        SET maintenance_work_mem = '2GB';
        DO \$\$ DECLARE statement text; BEGIN FOR statement IN SELECT drop FROM again LOOP EXECUTE statement; END LOOP; END \$\$;
        INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch)
        SELECT (n - 1) * 6 + step, 'order/' || substr(md5(n::text), 1, 26), version, type, payload, recorded_at, batch
        FROM generate_series(1, $past) AS n, copied;
        INSERT INTO order_index (order_id, user_id, status, total, created_at, updated_at, expires_at, version, tracking, skus, lines_version, filled_version)
        SELECT substr(md5(n::text), 1, 26), user_id, status, total, created_at - n, updated_at - n, expires_at, version, 'T' || n, skus, lines_version, filled_version
        FROM generate_series(1, $past) AS n, order_index WHERE order_id = '$1';
        INSERT INTO order_index_line (sku, created_at, order_id)
        SELECT sku, created_at - n, substr(md5(n::text), 1, 26) FROM generate_series(1, $past) AS n, order_index_line WHERE order_id = '$1';
        DO \$\$ DECLARE statement text; BEGIN FOR statement IN SELECT make FROM again LOOP EXECUTE statement; END LOOP; END \$\$;
        DROP TABLE copied, again"
    sql filled "VACUUM (ANALYZE)"
    sql filled "CHECKPOINT"
}

wal() { sql postgres "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"; }

publish_product
start_postgres
target=http://127.0.0.1:$(free_port)
for database in filled empty; do
    sql postgres "CREATE DATABASE $database"
    start_product "$database" "$target"
    await_product "$target"
    contender_actors "$workspace/$database.tsv"
    # Wait until every consumer has a checkpoint in each of 16 partitions: without one it would read the copied past too.
    drive "$target" "$workspace/$database.tsv" 10 uniform first >/dev/null
    if [ "$database" = filled ]; then copied=$(complete_one_order); fi
    until [ "$(sql "$database" "SELECT count(*) = 16 * count(DISTINCT consumer) AND count(*) > 0 FROM stream_checkpoint")" = t ]; do sleep 0.1; done
    echo "$database: checkpoints of $(sql "$database" "SELECT string_agg(DISTINCT consumer, ', ') FROM stream_checkpoint")"
    stop_product
done
fill "$copied"
echo "past orders: $(sql filled "SELECT count(*) FROM order_index"), events: $(sql filled "SELECT count(*) FROM journal")," \
    "database: $(sql filled "SELECT pg_size_pretty(pg_database_size('filled'))")"
for round in $(seq "$rounds"); do
    rates=() written=()
    for database in empty filled; do
        start_product "$database" "$target"
        await_product "$target"
        drive "$target" "$workspace/$database.tsv" 30 uniform "w$round" >/dev/null
        sql "$database" "CHECKPOINT"
        before=$(wal)
        rates+=("$(drive "$target" "$workspace/$database.tsv" 15 uniform "m$round" | rate_of)")
        written+=("$(awk "BEGIN { printf \"%.0f\", ($(wal) - $before) / (${rates[-1]} * 15) }")")
        stop_product
    done
    echo "round $round: empty ${rates[0]}, filled ${rates[1]} orders/s: $(ratio "${rates[1]}" "${rates[0]}"); WAL an order ${written[0]}, ${written[1]} B"
done
