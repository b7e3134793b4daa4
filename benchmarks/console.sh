#!/usr/bin/env bash
# Measures what open consoles cost the server: one load of orders at a fixed rate, during which followers of the page "now" come and
# go in turns. The processor time of a turn with followers is compared with that of the turns before and after it. So that the difference
# is larger than the noise of the load, the server computes and sends the figures more often than by default, and the difference is divided
# by how much more often. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=8 rate=1000 turn=10 actors=128

# Figures a second; the default is one.
often=20
usage="usage: benchmarks/console.sh [--rounds N] [--rate ORDERS-PER-SECOND] [--turn SECONDS]"
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --rate) rate=$2; shift ;;
        --turn) turn=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh

few=1 many=50
followers=()
load_pid=""
follow() { # argument: how many follow from now on
    local pid
    for pid in "${followers[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    followers=()
    while [ ${#followers[@]} -lt "$1" ]; do
        curl -sN -o /dev/null -H "Authorization: Bearer $token" -H 'Accept: text/event-stream' "$target/statistics" &
        followers+=($!)
    done
}

stop_servers() {
    follow 0
    [ -z "$load_pid" ] || { kill "$load_pid" && wait "$load_pid" || true; }
    stop_product
}

turn_of() { # argument: followers; sets used, the processor time of the server and PostgreSQL in percent of a core
    local before
    follow "$1"
    sleep 2
    before=$(awk -v a="$(cpu_of "$product_pid")" -v b="$(cpu_of_tree "$postgres_pid")" 'BEGIN { print a + b }')
    sleep "$turn"
    used=$(awk -v before="$before" -v a="$(cpu_of "$product_pid")" -v b="$(cpu_of_tree "$postgres_pid")" -v seconds="$turn" \
        'BEGIN { printf "%.2f\n", (a + b - before) * 100 / seconds }')
}

publish_product
start_postgres
start_fresh_product "Granary__Statistics__Interval=00:00:00.$(printf '%03d' $((1000 / often)))"
token=$(curl -fsS "$target/auth/token" -H 'Content-Type: application/json' \
    -d "{\"user_name\":\"admin\",\"password\":\"$admin_password\"}" | jq -r .access_token)
length=$((rounds * 5 * (turn + 3) + 60))
"$artifacts/Runner/Granary.Runner" run --scenario place-uniform --target "$target" --admin-user admin --admin-password "$admin_password" \
    --users "$actors" --products "$products" --out "$workspace" --rate "$rate" --warm-up 30 --duration "$length" >"$workspace/runner.log" 2>&1 &
load_pid=$!
sleep 45
kill -0 "$load_pid" || { cat "$workspace/runner.log" >&2; exit 1; }

# none, one, none, many, none: what drifts meanwhile is taken out by the neighbours.
for round in $(seq "$rounds"); do
    turns=()
    for followed in 0 $few 0 $many 0; do
        turn_of "$followed"
        turns+=("$used")
    done
    awk -v round="$round" -v a="${turns[0]}" -v one="${turns[1]}" -v b="${turns[2]}" -v all="${turns[3]}" -v c="${turns[4]}" -v few="$few" -v many="$many" \
        -v often="$often" 'BEGIN {
        printf "round %d: %.1f %% of a core without; at one figure a second %+.3f with %d, %+.3f with %d\n",
            round, (a + b + c) / 3, (one - (a + b) / 2) / often, few, (all - (b + c) / 2) / often, many
    }' | tee -a "$workspace/rounds"
done
grep -o '[+-][0-9.]* with [0-9]*' "$workspace/rounds" | awk '{
        n[$3]++; sum[$3] += $1; squares[$3] += $1 * $1
    } END {
        for (followers in n) printf "%d followers: %+.3f %% of a core, standard error %.3f\n", followers, sum[followers] / n[followers],
            n[followers] < 2 ? 0 : sqrt((squares[followers] / n[followers] - (sum[followers] / n[followers]) ^ 2) / (n[followers] - 1))
    }' | sort -n
