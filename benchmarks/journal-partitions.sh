#!/usr/bin/env bash
# Compares the journal as one table with the journal as four hash partitions of one database: what an insert of a group commit, a read of a
# stream, a read by position and a vacuum cost, after some million orders. PostgreSQL alone, without the product. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

orders=5000000 seconds=10 rounds=3
usage="usage: benchmarks/journal-partitions.sh [--orders N] [--seconds N] [--rounds N]"
while [ $# -gt 0 ]; do
    case $1 in
        --orders) orders=$2; shift ;;
        --seconds) seconds=$2; shift ;;
        --rounds) rounds=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/setup.sh
. benchmarks/comparison/setup.sh

batch=128 # orders of one group commit, three events each

# The journal's own schema; of the partitioned table the position is no primary key, because that must contain the stream.
schema() { # argument: number of partitions
    sql "j$1" "$(cat src/Journal/Schema/PostgreSql/0001-journal.sql)"
    sql "j$1" "CREATE SEQUENCE placed"
    [ "$1" -gt 1 ] || return 0
    sql "j$1" "DROP VIEW journal_events; DROP TABLE journal;
        CREATE TABLE journal (position bigint NOT NULL, stream text COLLATE \"C\" NOT NULL, version bigint NOT NULL, type text COLLATE \"C\" NOT NULL,
            payload bytea NOT NULL, recorded_at timestamptz NOT NULL, batch bigint NOT NULL, trace text, UNIQUE (stream, version)) PARTITION BY HASH (stream);
        CREATE INDEX ON journal (position)"
    local i
    for i in $(seq 0 $(($1 - 1))); do
        sql "j$1" "CREATE TABLE journal_$i PARTITION OF journal FOR VALUES WITH (MODULUS $1, REMAINDER $i);
            ALTER TABLE journal_$i ALTER COLUMN payload SET STORAGE EXTERNAL"
    done
}

# The events of the orders after a number: stock item and wallet go on in streams of their own, an order's stream is found by its number.
rows() { # argument: how many orders, as an expression; reads the variable :first
    cat <<SQL
INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch)
SELECT (pg_current_xact_id()::text::bigint << 20) + n * 3 + k,
    CASE k WHEN 0 THEN 'stock/sku-' || n % 1000 WHEN 1 THEN 'user/u-01e5494jdmxv0ddx6rjq' || n % 256 ELSE 'order/' || substr(md5(n::text), 1, 26) END,
    CASE k WHEN 2 THEN 1 ELSE n + 1 END,
    CASE k WHEN 0 THEN 'stock.reserved' WHEN 1 THEN 'wallet.held' ELSE 'order.placed' END,
    convert_to(repeat('x', CASE k WHEN 0 THEN 119 WHEN 1 THEN 82 ELSE 334 END), 'UTF8'), now(), 1
FROM generate_series(:first, :first + $1 - 1) AS n, generate_series(0, 2) AS k
SQL
}

bench() { # arguments: database, clients, options of pgbench; prints transactions per second
    as_postgres "$postgres_bin/pgbench" -h 127.0.0.1 -p "$postgres_port" -U granary -n -M prepared -T "$seconds" -c "$2" -j 1 "${@:3}" "$1" |
        awk '/^tps/ { print $3 }'
}

milliseconds() { echo $(($(date +%s%N) / 1000000)); }
per_second() { awk "BEGIN { printf \"%.0f\", $1 * $2 }"; }

start_postgres
chmod 755 "$workspace"
{ echo "SELECT nextval('placed') * $batch AS first \\gset"; rows "$batch" | tr '\n' ' '; echo ';'; } >"$workspace/insert.sql"
echo "\\set n random(1, $orders)
SELECT * FROM journal WHERE stream = 'order/' || substr(md5((:n)::text), 1, 26) AND version > 0 ORDER BY version;" >"$workspace/stream.sql"
echo "\\set x random(1, 1000)
SELECT count(*) FROM (SELECT * FROM journal WHERE position > (SELECT least + (greatest - least) / 1000 * :x FROM bounds) ORDER BY position LIMIT 512) AS page;" >"$workspace/position.sql"

for partitions in 1 4; do
    sql postgres "create database j$partitions"
    schema "$partitions"
    began=$(milliseconds)
    for ((first = 1; first <= orders; first += 50000)); do sql "j$partitions" "$(rows 50000 | sed "s/:first/$first/g")"; done
    sql "j$partitions" "SELECT setval('placed', $orders / $batch + 1); CREATE TABLE bounds AS SELECT min(position) AS least, max(position) AS greatest FROM journal" >/dev/null
    echo "$partitions tables: filled with $orders orders in $((($(milliseconds) - began) / 1000)) s, $(sql "j$partitions" "SELECT pg_size_pretty(pg_database_size(current_database()))")"
    began=$(milliseconds)
    sql "j$partitions" "VACUUM (ANALYZE) journal"
    echo "$partitions tables: vacuum of all, $(($(milliseconds) - began)) ms"
done
for round in $(seq "$rounds"); do
    for partitions in 1 4; do
        for clients in 1 3; do
            sql "j$partitions" checkpoint
            before=$(sql "j$partitions" "select pg_current_wal_lsn() - '0/0'::pg_lsn") used=$(cpu_of_tree "$postgres_pid")
            tps=$(bench "j$partitions" "$clients" -f "$workspace/insert.sql")
            placed=$(awk "BEGIN { print $tps * $seconds * $batch }")
            echo "round $round, $partitions tables, $clients writers: $(per_second "$tps" "$batch") orders/s," \
                "$(awk "BEGIN { printf \"%.0f B of WAL, %.3f ms of processor time an order\", ($(sql "j$partitions" "select pg_current_wal_lsn() - '0/0'::pg_lsn") - $before) / $placed, ($(cpu_of_tree "$postgres_pid") - $used) * 1000 / $placed }")"
        done
        began=$(milliseconds)
        sql "j$partitions" "VACUUM journal"
        echo "round $round, $partitions tables: vacuum after that $(($(milliseconds) - began)) ms," \
            "$(per_second "$(bench "j$partitions" 2 -f "$workspace/stream.sql")" 1) reads of a stream/s," \
            "$(per_second "$(bench "j$partitions" 1 -f "$workspace/position.sql")" 512) events/s by position"
    done
done
