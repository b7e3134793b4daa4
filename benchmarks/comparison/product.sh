# The product as a process over a database of postgres.sh, driven by wrk. Reads: artifacts, workspace, products, connections.
# shellcheck source=contenders/granary.sh
. benchmarks/comparison/contenders/granary.sh

product_pid=""
publish_product() { for project in src/Api benchmarks/Runner; do publish_project "$project" "$artifacts" "$workspace/publish.log"; done; }

start_product() { # database, address, further settings as NAME=VALUE; leaves product_pid
    local database=$1 address=$2
    shift 2
    # shellcheck disable=SC2046 # One word per variable is intended.
    env -C "$artifacts/Api" ASPNETCORE_ENVIRONMENT=Production "ASPNETCORE_URLS=$address" \
        "ConnectionStrings__Granary=Host=127.0.0.1;Port=$postgres_port;Username=granary;Database=$database" \
        $(contender_environment) "$@" ${product_launcher:-} ./Granary.Api >"$workspace/granary.log" 2>&1 &
    product_pid=$!
}

await_product() { wait_for "$1/health/ready" "$product_pid" || { tail -50 "$workspace/granary.log" >&2; exit 1; }; }

stop_product() { [ -z "$product_pid" ] || { kill "$product_pid" && wait "$product_pid" || true; }; product_pid=""; }

drive() { # address, actors, seconds, workload, tag; prints place.lua's RESULT line: orders, microseconds, percentiles, errors
    wrk -t"$((connections < 2 ? 1 : 2))" -c"$connections" -d"$3s" --timeout 10s -s benchmarks/comparison/place.lua "$1" -- "$2" "$products" "$4" "$5" | grep '^RESULT'
}

rate_of() { awk -F'\t' '/^RESULT/ { orders += $2 / ($3 / 1e6) } END { printf "%.0f\n", orders }'; }
