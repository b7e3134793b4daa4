#!/usr/bin/env bash
# Installs the packages that the tests need and the machine lacks, builds, and runs every test suite, two at a time.
# The last line is "N passed, N failed" over all suites; the script fails if a test failed or a suite could not be run.
# Arguments name suites, such as Saga, or projects, such as Silo.Tests; without arguments all run.
# GRANARY_TEST_JOBS sets how many suites run side by side. docs/testing.md describes the suites and what each one costs.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NO_COLOR=1
# The tests start some hundred short-lived processes on few cores. Without write-xor-execute mappings, instrumented code, idle threads
# that spin and code compiled twice in the first 20 s, a start costs a third less processor time (docs/testing.md). None of the four
# changes what a program does. The values are hexadecimal.
export DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0 DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0 DOTNET_TC_CallCountingDelayMs=5000
exec </dev/null

# A suite is a folder of a test project, or what is left of the project without its other suites: a new folder is never left out.
# The longest suite comes first, and suites that mostly wait come beside those that compute: Cluster, Crash, Http, Console and Operations
# keep both processors of a small machine busy by themselves.
suites=(Programs.Tests/Cluster Silo.Tests/Streams Programs.Tests/Script Silo.Tests/Journal Programs.Tests/Crash Silo.Tests/Saga Silo.Tests Http.Tests
    Http.Tests/Fuzz Console.Tests Programs.Tests/Operations Programs.Tests Domain.Tests)

# These compare two rates of one product, so that no other suite may take the processor meanwhile: they run last and by themselves.
alone=(Programs.Tests/Overload)

folders=()
for suite in "${suites[@]}" "${alone[@]}"; do
    [[ $suite == */* ]] && folders+=("$suite")
done

for project in tests/*.Tests; do
    [[ " ${suites[*]} " == *" ${project#tests/} "* ]] || { echo "test.sh: no suite runs $project" >&2; exit 1; }
done

wanted() { # wanted SUITE WORD...: whether the suite is among the words, as itself, by its folder or by its project.
    local suite=$1 word
    shift
    [ $# -eq 0 ] && return
    for word; do
        [[ $word == "$suite" || $word == "${suite#*/}" || $word == "${suite%%/*}" ]] && return
    done
    return 1
}

for word; do
    for suite in "${suites[@]}" "${alone[@]}"; do
        wanted "$suite" "$word" && continue 2
    done
    echo "test.sh: no suite $word; there are ${suites[*]} ${alone[*]}" >&2
    exit 64
done

missing=()
need() { # need PACKAGE PATH...: the package is missing unless one of the paths is executable.
    local package=$1 path
    shift
    for path in "$@"; do
        [ -x "$path" ] && return
    done
    missing+=("$package")
}
need postgresql /usr/lib/postgresql/*/bin/postgres
need redis-server /usr/bin/redis-server
need nats-server /usr/sbin/nats-server /usr/bin/nats-server
need chromium-headless-shell /usr/bin/chromium-headless-shell
need nodejs /usr/bin/node /usr/local/bin/node
need npm /usr/bin/npm /usr/local/bin/npm
need prometheus /usr/bin/prometheus
need faketime /usr/bin/faketime
need kubernetes-client /usr/local/bin/kubectl /usr/bin/kubectl

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "test.sh: missing ${missing[*]}; install them or run as root" >&2
        exit 1
    fi
    echo "Installing ${missing[*]}"
    # The tests start their own servers. A policy of 101 keeps the packages from starting Debian's services.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/tmp/granary-apt.log 2>&1; then
        tail -20 /tmp/granary-apt.log >&2
        exit 1
    fi
fi

started=$SECONDS
if ! dotnet restore Orleans.sln --locked-mode --verbosity quiet; then
    echo "If a package was changed on purpose, run: dotnet restore Orleans.sln --force-evaluate" >&2
    echo "0 passed, 1 failed"
    exit 1
fi
# One compiler process for all projects: each of its own would load and compile the analyzers anew. It ends with the build. It computes
# all the time: its code is compiled a second time without delay, and collections have no thread of their own (docs/testing.md).
DOTNET_TC_CallCountingDelayMs=0 DOTNET_gcConcurrent=0 \
    dotnet build Orleans.sln --no-restore --verbosity quiet -p:UseSharedCompilation=true -p:RunAnalyzersDuringBuild=true
built=$?
dotnet build-server shutdown --vbcscompiler >/dev/null
if [ $built -ne 0 ]; then
    echo "0 passed, 1 failed"
    exit 1
fi
echo "== Build: $((SECONDS - started)) s"

results=$(mktemp -d)
run() { # run SUITE: the output, the results, the exit code and the times go to files of the suite.
    local suite=$1 project=${1%%/*} file=$results/${1//\//.} folder began=$SECONDS user system
    local filter=()
    if [[ $suite == */* ]]; then
        filter=(-namespace "Granary.$project.${suite#*/}*")
    else
        for folder in "${folders[@]}"; do
            [[ $folder == "$project"/* ]] && filter+=(-namespace- "Granary.$project.${folder#*/}*")
        done
    fi
    # Its processes work at their limit for a minute: threads that spin and a delay of half a second save a tenth (docs/testing.md).
    if [ "$suite" = Programs.Tests/Crash ]; then
        unset DOTNET_ThreadPool_UnfairSemaphoreSpinLimit
        export DOTNET_TC_CallCountingDelayMs=1F4
    fi
    # The tests of Http.Tests but Fuzz produce every answer that the document promises; the run fails if one is missing.
    [ "$suite" = Http.Tests ] && export JUDGE_PROMISES=1
    local TIMEFORMAT='%0U %0S' status
    { time dotnet "tests/$project/bin/Debug/net10.0/Granary.$project.dll" -noLogo -noColor "${filter[@]}" -result-trx "$file.trx" >"$file.log" 2>&1; } 2>"$file.time"
    status=$?
    read -r user system <"$file.time"
    echo "$status $((SECONDS - began)) $((user + system))" >"$file.end"
}

passed=0 failed=0
report() { # report SUITE: prints the output of a suite that has ended, and counts its tests.
    local suite=$1 file=$results/${1//\//.} status seconds busy counters bad
    read -r status seconds busy <"$file.end"
    cat "$file.log"
    counters=$(grep -o '<Counters [^>]*' "$file.trx" 2>/dev/null)
    count() { grep -o " $1=\"[0-9]*" <<<"$counters" | grep -o '[0-9]*$' || echo 0; }
    bad=$(($(count failed) + $(count error)))
    # A suite that failed without naming a test, for example because a fixture could not start, counts as one failure.
    # So does a suite without tests: its folder was renamed or emptied.
    [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$(count passed)" -eq 0 ]; } && bad=1
    echo "== $suite: $(count passed) passed, $bad failed, $seconds s, $busy s of processor time"
    passed=$((passed + $(count passed)))
    failed=$((failed + bad))
    if [ "$bad" -gt 0 ]; then
        # Each failed test with the first lines of its output; if the log names none, the end of the suite's log.
        {
            echo "== Failed in $suite (exit code $status)"
            if grep -q '\[FAIL\]$' "$file.log"; then
                awk '/^    [^ ].*\[FAIL\]$/ { lines = 60 } !/^    / && NF { lines = 0 } lines-- > 0' "$file.log"
            else
                tail -40 "$file.log"
            fi
        } >>"$results/failures"
    fi
}

declare -A running=()
report_next() { # Waits until one of the running suites ends.
    local ended
    wait -n -p ended "${!running[@]}"
    report "${running[$ended]}"
    unset "running[$ended]"
}

for suite in "${suites[@]}"; do
    wanted "$suite" "$@" || continue
    [ ${#running[@]} -ge "${GRANARY_TEST_JOBS:-2}" ] && report_next
    run "$suite" &
    running[$!]=$suite
done
while [ ${#running[@]} -gt 0 ]; do
    report_next
done
for suite in "${alone[@]}"; do
    wanted "$suite" "$@" || continue
    run "$suite"
    report "$suite"
done

# Repeated at the end: of a long run, often only the end of the output is kept.
[ -e "$results/failures" ] && cut -c 1-500 "$results/failures"
rm -rf "$results"

echo "== Everything: $((SECONDS - started)) s"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
