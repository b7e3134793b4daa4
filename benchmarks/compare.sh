#!/usr/bin/env bash
# Measures durable orders per second of Granary beside the alternatives. All processes run on this machine; the script ends each
# by its process id. See benchmarks/README.md for the meaning of the figures.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<TEXT
usage: benchmarks/compare.sh [--quick] [--rounds N] [--warmup SECONDS] [--measure SECONDS] [--connections N]
                             [--contenders "noop npgsql npgsql-small-pool grain-storage grain-transactions granary granary@COMMIT"] [--workloads "uniform hot"] [--out DIRECTORY]
  --quick   one round with short phases: shows that everything runs; its figures are not meaningful
  CONTENDER@COMMIT is a contender as that commit of this repository has it, to see what a change gained or cost in the same run.
TEXT
}

rounds=3 warmup=20 measure=15 connections=128 actors=256
contenders="noop npgsql npgsql-small-pool grain-storage grain-transactions granary" workloads="uniform hot" out=artifacts/bench/comparison
while [ $# -gt 0 ]; do
    case $1 in
        --quick) rounds=1 warmup=5 measure=5 ;;
        --rounds) rounds=$2; shift ;;
        --warmup) warmup=$2; shift ;;
        --measure) measure=$2; shift ;;
        --connections) connections=$2; shift ;;
        --contenders) contenders=$2; shift ;;
        --workloads) workloads=$2; shift ;;
        --out) out=$2; shift ;;
        --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done

# shellcheck source=comparison/setup.sh
. benchmarks/comparison/setup.sh

stop_servers() { stop_contender; }

plain_actors() { seq 1 "$actors" | sed 's/.*/user-&\t-/' >"$actors_file"; }

publish() { publish_project "$1" "$artifacts" "$workspace/publish.log"; }

load_contender() { # argument: NAME or NAME@COMMIT; sets contender_directory beside what the contender's file sets
    # shellcheck source=/dev/null
    . "benchmarks/comparison/contenders/${1%@*}.sh"
    contender_directory=$artifacts/$(basename "$contender_project")
    [ "${1#*@}" = "$1" ] || contender_directory=$artifacts/$1/$(basename "$contender_project")
}

publish_contender() { # argument: NAME or NAME@COMMIT
    local commit=${1#*@}
    if [ "$commit" = "$1" ]; then publish "$contender_project"; return; fi
    # A commit does not change, so it is published once.
    [ ! -e "$artifacts/$1/published" ] || return 0
    mkdir -p "$workspace/$1"
    git archive "$commit" | tar -x -C "$workspace/$1"
    publish_project "$workspace/$1/$contender_project" "$artifacts/$1" "$workspace/publish.log"
    touch "$artifacts/$1/published"
}

start_with_actors() {
    start_contender "$contender_directory"
    actors_file=$workspace/actors.tsv
    contender_actors "$actors_file"
}

orders_stored() { [ -z "$contender_count_sql" ] && echo 0 || sql bench "$contender_count_sql"; }

snapshot() { # prints server seconds, PostgreSQL seconds, WAL position and allocated bytes; the last is 0 for a contender without metrics
    echo "$(cpu_of "$server_pid") $(cpu_of_tree "$postgres_pid") $(sql bench "select pg_current_wal_lsn() - '0/0'::pg_lsn") $(
        curl -fsS "$target/metrics" 2>/dev/null | awk '/^dotnet_gc_heap_total_allocated_bytes_total/ { bytes = $2 } END { printf "%.0f", bytes }')"
}

measure_workload() {
    local round=$1 workload=$2 before after stored result
    drive "$target" "$actors_file" "$warmup" "$workload" "w$round$workload" >/dev/null
    sql bench checkpoint
    stored=$(orders_stored)
    before=$(snapshot)
    result=$(drive "$target" "$actors_file" "$measure" "$workload" "m$round$workload")
    after=$(snapshot)
    stored=$(($(orders_stored) - stored))
    printf '%s\t%s\t%s\t%s\n' "$round" "$contender" "$workload" "$(figures "$before" "$after" "$stored" "$result")" | tee -a "$results"
}

figures() { # prints the columns of the results that follow round, contender and workload
    awk -v before="$1" -v after="$2" -v stored="$3" -v counted="${contender_count_sql:+yes}" -v result="$4" 'BEGIN {
        split(before, b, " "); split(after, a, " "); split(result, r, "\t")
        orders = r[2]
        if (orders == 0) { print "no order was placed" > "/dev/stderr"; exit 1 }
        # An acknowledged order that is not in the database would make every other figure worthless.
        if (counted && stored < orders) { print "acknowledged " orders ", stored " stored > "/dev/stderr"; exit 1 }
        printf "%.1f\t%s\t%s\t%s\t%.4f\t%.4f\t%.0f\t%.0f\t%d", orders / (r[3] / 1e6), r[4], r[5], r[6],
            (a[1] - b[1]) * 1000 / orders, (a[2] - b[2]) * 1000 / orders, (a[3] - b[3]) / orders, (a[4] - b[4]) / orders, r[7]
    }'
}

mkdir -p "$out"
results=$out/results.tsv
printf 'round\tcontender\tworkload\torders_per_second\tp50_ms\tp99_ms\tp999_ms\tserver_cpu_ms\tpostgres_cpu_ms\twal_bytes\tallocated_bytes\terrors\n' >"$results"

publish benchmarks/Runner
for contender in $contenders; do
    load_contender "$contender"
    publish_contender "$contender"
done
start_postgres
{
    echo "cores: $(nproc), load before: $(cut -d' ' -f1-3 /proc/loadavg), filesystem: $(stat -f -c %T "$workspace")"
    echo "rounds: $rounds, warm-up: $warmup s, measured: $measure s, connections: $connections, users: $actors, products: $products"
    "$postgres_bin/pg_test_fsync" -s 1 -f "$workspace/fsync" 2>/dev/null | grep -m1 -E '^ +fdatasync +[0-9]' || true
} | tee "$out/machine.txt"

for round in $(seq "$rounds"); do
    for contender in $contenders; do
        load_contender "$contender"
        start_with_actors
        for workload in $workloads; do measure_workload "$round" "$workload"; done
        stop_servers
    done
done
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)" | tee -a "$out/machine.txt"
"$artifacts/Runner/Granary.Runner" compare --results "$results" | tee "$out/summary.txt"
