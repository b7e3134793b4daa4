#!/usr/bin/env bash
# Measures what the loss of a site costs: clients place orders at site a of cluster.sh, and at site b where a does not take them. PostgreSQL of
# site a is killed, and failover makes that of site b the primary. Prints the time until site b took orders (RTO) and the acknowledged orders that it
# does not have (RPO). It needs a directory and ports of its own (GRANARY_CLUSTER_DIR, GRANARY_CLUSTER_PORT). See docs/sites.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=1 mode=sync clients=8 before=10
usage="usage: benchmarks/site-failover.sh [--mode sync|async] [--clients N] [--seconds N] [--rounds N]"
while [ $# -gt 0 ]; do
    case $1 in
        --mode) mode=$2; shift ;;
        --clients) clients=$2; shift ;;
        --seconds) before=$2; shift ;;
        --rounds) rounds=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done

workspace=$(mktemp -d "${TMPDIR:-/tmp}/granary-sites.XXXXXX")
chmod 711 "$workspace" # PostgreSQL runs as another user.
export GRANARY_CLUSTER_DIR=${GRANARY_CLUSTER_DIR:-$workspace/cluster} GRANARY_CLUSTER_PORT=${GRANARY_CLUSTER_PORT:-7080}
export Granary__Orders__MaxOpenOrdersPerUser=0 Granary__Orders__MaxOpenUnitsPerUser=0 Granary__RateLimit__PermitsPerSecond=20000
site_a=http://127.0.0.1:$GRANARY_CLUSTER_PORT site_b=http://127.0.0.1:$((GRANARY_CLUSTER_PORT + 2))
trap './cluster.sh down >/dev/null 2>&1 || true; rm -rf "$workspace"' EXIT
trap 'exit 130' INT TERM

now() { echo $(($(date +%s%N) / 1000000)); }
token() { # argument: address
    curl -fsS "$1/auth/token" --json "{\"user_name\":\"admin\",\"password\":\"$(cat "$GRANARY_CLUSTER_DIR/admin-password")\"}" | sed 's/.*"access_token":"\([^"]*\)".*/\1/'
}
call() { curl -fsS -H "Authorization: Bearer $token" "$@"; }

# Places orders until the file end is there. Each is sent, under its key, to the sites in turns until one has it; a line of the file acks is the site,
# the time and the order.
client() { # argument: number
    local n=$1 i=0 site answer
    while [ ! -e "$workspace/end" ]; do
        i=$((i + 1))
        for site in "$site_a" "$site_b" "$site_a" "$site_b" repeat; do
            if [ "$site" = repeat ]; then i=$((i - 1)); sleep 0.1; break; fi
            answer=$(curl -fsS -m 10 -H "Authorization: Bearer $token" -H "Idempotency-Key: c$n-$i" "$site/orders" \
                --json "{\"user_id\":\"$user\",\"items\":[{\"sku\":\"LAMP\",\"quantity\":1}]}" 2>/dev/null) || continue
            echo "$site $(now) $(sed 's/.*"id":"\([^"]*\)","user_id".*/\1/' <<<"$answer")" >>"$workspace/acks-$n"
            break
        done
    done
}

for round in $(seq "$rounds"); do
    rm -rf "$workspace"/acks-* "$workspace/end" "$GRANARY_CLUSTER_DIR"
    ./cluster.sh up --site a "$mode" >/dev/null
    ./cluster.sh up --site b >/dev/null
    token=$(token "$site_a")
    user=$(call "$site_a/users/me" | sed 's/.*"id":"\([^"]*\)".*/\1/')
    call -X PUT "$site_a/products/LAMP" --json '{"name":"Lamp","price":{"amount":100,"currency":"USD"}}' >/dev/null
    call "$site_a/products/LAMP/stock-adjustments" --json '{"quantity":1000000,"reason":"delivery"}' >/dev/null
    call "$site_a/users/$user/deposits" --json '{"amount":100000000,"currency":"USD"}' >/dev/null
    for n in $(seq "$clients"); do client "$n" & done
    sleep "$before"
    killed=$(now)
    ./cluster.sh kill postgres >/dev/null
    ./cluster.sh failover --accept-loss >/dev/null
    promoted=$(now)
    until cat "$workspace"/acks-* | grep -q "^$site_b "; do sleep 0.1; done
    sleep 5
    touch "$workspace/end"
    wait
    back=$(cat "$workspace"/acks-* | awk -v b="$site_b" '$1 == b { print $2 }' | sort -n | head -1)
    acknowledged=$(cat "$workspace"/acks-* | awk '{ print $3 }' | sort -u)
    token=$(token "$site_b")
    call "$site_b/orders/export" >"$workspace/export"
    lost=$(comm -23 <(echo "$acknowledged") <(sed 's/{"id":"\([^"]*\)".*/\1/' "$workspace/export" | sort -u) | wc -l)
    echo "round $round, $mode: $(wc -l <<<"$acknowledged") orders acknowledged, $lost of them lost (RPO); orders again $((back - killed)) ms after the kill, of which $((promoted - killed)) ms until failover had promoted (RTO)"
    ./cluster.sh down >/dev/null
done
