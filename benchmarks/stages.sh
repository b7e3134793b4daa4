#!/usr/bin/env bash
# Divides the processor time of one order by stage: takes samples of both cores with perf while 128 clients place orders, and gives each sample
# to the innermost frame that names a stage. Needs perf and the right to sample every process. See docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

workload=uniform warmup=60 measure=20 frequency=299 connections=128 actors=256
usage="usage: benchmarks/stages.sh [--workload uniform|hot] [--warmup S] [--measure S]"
while [ $# -gt 0 ]; do
    case $1 in
        --workload) workload=$2; shift ;;
        --warmup) warmup=$2; shift ;;
        --measure) measure=$2; shift ;;
        --help) echo "$usage"; exit 0 ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
# shellcheck source=comparison/product.sh
. benchmarks/comparison/product.sh
stop_servers() { # The runtime leaves its maps behind.
    [ -z "$product_pid" ] || rm -f "/tmp/perf-$product_pid.map" "/tmp/perfinfo-$product_pid.map"
    stop_product
}
command -v perf >/dev/null || { echo "perf is missing (Debian: linux-perf)" >&2; exit 69; }
perf record -a -o "$workspace/perf.data" -- true >"$workspace/perf.log" 2>&1 || { cat "$workspace/perf.log" >&2; exit 77; }

publish_product
start_postgres
# Perf has symbols neither for code compiled ahead of time nor for code that is mapped twice. Once it is warm, the process executes code
# that it has compiled itself anyway.
start_fresh_product DOTNET_PerfMapEnabled=1 DOTNET_ReadyToRun=0 DOTNET_EnableWriteXorExecute=0
contender_actors "$workspace/actors.tsv"
drive "$target" "$workspace/actors.tsv" "$warmup" "$workload" warm >/dev/null
server=$(cpu_of "$product_pid") postgres=$(cpu_of_tree "$postgres_pid")
perf record -a -g -F "$frequency" -o "$workspace/perf.data" -- sleep "$measure" >"$workspace/perf.log" 2>&1 &
recorder=$!
result=$(drive "$target" "$workspace/actors.tsv" "$measure" "$workload" measured)
orders=$(cut -f2 <<<"$result")
server=$(awk "BEGIN { print $(cpu_of "$product_pid") - $server }") postgres=$(awk "BEGIN { print $(cpu_of_tree "$postgres_pid") - $postgres }")
wait "$recorder" || { cat "$workspace/perf.log" >&2; exit 1; }

echo "$(rate_of <<<"$result") orders/s, processor time an order: server $(awk "BEGIN { printf \"%.0f\", $server * 1e6 / $orders }") µs," \
    "PostgreSQL $(awk "BEGIN { printf \"%.0f\", $postgres * 1e6 / $orders }") µs"
# A sample begins with the name and the process of a thread; its frames follow, the innermost first; an empty line ends it.
{ perf script -i "$workspace/perf.data" -F comm,pid,ip,sym,dso 2>"$workspace/perf.log" || { cat "$workspace/perf.log" >&2; exit 1; }; } | awk -v server="$product_pid" -v us="$(awk "BEGIN { print $server * 1e6 / $orders }")" '
    function stage_of(frame) {
        if (frame ~ /libclrjit/) return "JIT"
        if (frame ~ /libclrgc|WKS::|SVR::/) return "collector"
        if (frame ~ / Npgsql\./) return "Npgsql"
        if (frame ~ / (OpenTelemetry|Serilog|Microsoft\.Extensions\.Logging|System\.Diagnostics\.(Activity|Metrics|Tracing))/) return "telemetry and log"
        if (frame ~ / (System\.Text\.Json|Granary\.Api\.Http\.Json)/) return "JSON of requests, answers, events and fingerprints"
        if (frame ~ / Granary\.Journal/) return "journal: group commit"
        if (frame ~ / Granary\.(Streams|Grains\.[A-Za-z.]*(Index|Webhooks|Feed|Reading))/) return "streams and their consumers: feed, index, webhooks, low stock"
        if (frame ~ / Granary\.Domain/) return "decisions and state"
        if (frame ~ / (Granary\.Grains|Granary\.Hosting|OrleansCodeGen\.Granary)/) return "grain code and saga: order, stock, user"
        if (frame ~ / (Granary\.Api)/) return "HTTP: our endpoint, tokens, limits, idempotency"
        if (frame ~ / Orleans/) return "grain calls in Orleans: messages, scheduling, placement"
        if (frame ~ / Microsoft\.AspNetCore\.Server\.Kestrel/) return "HTTP: Kestrel and its sockets, kernel included"
        if (frame ~ / Microsoft\.(AspNetCore|IdentityModel)/) return "HTTP: the pipeline of ASP.NET Core"
        return ""
    }
    function count() {
        if (thread == "") return
        all++
        if (pid != server) { others[thread ~ /^(postgres|wrk)/ ? thread : (thread == "swapper" ? "idle" : "others")]++; thread = ""; return }
        own++
        if (thread ~ /GC/) stage = "collector"
        if (thread ~ /Tiered/) stage = "JIT"
        stages[stage == "" ? (sockets ? "sockets that no stage names" : "runtime, thread pool and scheduling that no stage names") : stage]++
        thread = ""
    }
    /^[^ \t]/ { count(); match($0, / +[0-9]+ *$/); thread = substr($0, 1, RSTART - 1); pid = $NF + 0; stage = ""; sockets = 0; next }
    NF == 0 { count(); next }
    stage == "" { stage = stage_of($0); if ($0 ~ /System\.Net\.Sockets/) sockets = 1 }
    END {
        count()
        printf "%d samples: server %.0f %%", all, own * 100 / all
        for (name in others) printf ", %s %.0f %%", name, others[name] * 100 / all
        print ""
        sort = "sort -t\"|\" -k3 -nr"
        for (name in stages) printf "| %s | %.0f | %.0f %% |\n", name, us * stages[name] / own, stages[name] * 100 / own | sort
    }'
