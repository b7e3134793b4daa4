# Runs the product as a process over a database of postgres.sh. Reads the variable actors.
# shellcheck source=setup.sh
. benchmarks/comparison/setup.sh
# shellcheck source=contenders/granary.sh
. benchmarks/comparison/contenders/granary.sh

product_pid=""
publish_product() { for project in src/Api benchmarks/Runner; do publish_project "$project" "$artifacts" "$workspace/publish.log"; done; }

start_product() { # arguments: database, address, further settings as NAME=VALUE; sets product_pid
    local database=$1 address=$2
    shift 2
    # shellcheck disable=SC2046 # One word per variable is intended.
    env -C "$artifacts/Api" ASPNETCORE_ENVIRONMENT=Production "ASPNETCORE_URLS=$address" \
        "ConnectionStrings__Granary=Host=127.0.0.1;Port=$postgres_port;Username=granary;Database=$database" \
        $(contender_environment) "$@" ${product_launcher:-} ./Granary.Api >"$workspace/granary.log" 2>&1 &
    product_pid=$!
}

start_fresh_product() { # arguments: settings as NAME=VALUE; uses an empty database; sets target and product_pid
    new_database
    target=http://127.0.0.1:$(free_port)
    start_product bench "$target" "$@"
    await_product "$target"
}

await_product() { wait_for "$1/health/ready" "$product_pid" || { tail -50 "$workspace/granary.log" >&2; exit 1; }; }

stop_product() { [ -z "$product_pid" ] || { kill "$product_pid" && wait "$product_pid" || true; }; product_pid=""; }
stop_servers() { stop_product; }
