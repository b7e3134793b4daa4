#!/usr/bin/env bash
# Compares requests with an API key with the same requests with an administrator's token, in one process. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3 actors=1 connections=64
usage="usage: benchmarks/api-keys.sh [--rounds N]"
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

# Prints requests per second, and fails if one was refused.
measure() { # arguments: bearer, seconds
    local report
    report=$(wrk -t2 -c"$connections" -d"$2s" -H "Authorization: Bearer $1" "$target/products/$sku/stock")
    ! grep "Non-2xx" <<<"$report" >&2 && awk '/^Requests\/sec/ { print $2 }' <<<"$report"
}

publish_product
start_postgres
start_fresh_product Granary__RateLimit__KeyPermitsPerSecond=1000000 Granary__RateLimit__PermitsPerSecond=1000000
contender_actors "$workspace/actors.tsv"
json="Content-Type: application/json"
token=$(curl -s "$target/auth/token" -H "$json" -d "{\"user_name\":\"admin\",\"password\":\"$admin_password\"}" | jq -r .access_token)
key=$(curl -s "$target/api-keys" -H "$json" -H "Authorization: Bearer $token" -d '{"name":"warehouse","scopes":["stock:read"]}' | jq -r .key)
sku=$(curl -s "$target/products?limit=1" | jq -r '.data[0].sku')
measure "$token" 20 >/dev/null
measure "$key" 20 >/dev/null
for round in $(seq "$rounds"); do
    with_token=$(measure "$token" 10) with_key=$(measure "$key" 10)
    echo "round $round: $with_token requests/s with a token, $with_key with a key: $(ratio "$with_key" "$with_token")"
done
stop_product
