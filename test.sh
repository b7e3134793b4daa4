#!/usr/bin/env bash
# Installs the packages that the tests need and the machine lacks, builds, and runs every test project of Orleans.sln.
# The last line is "N passed, N failed" over all projects; the script fails if a test failed or a project could not be run.
# Arguments name the projects to run, such as Journal.Tests; without arguments all run.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NO_COLOR=1
exec </dev/null

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
need chromium /usr/bin/chromium
need prometheus /usr/bin/prometheus
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

if ! dotnet build Orleans.sln --verbosity quiet; then
    echo "0 passed, 1 failed"
    exit 1
fi

results=$(mktemp -d)
passed=0 failed=0
for project in tests/*.Tests/*.csproj; do
    name=$(basename "$project" .csproj)
    if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then
        continue
    fi
    dotnet "tests/$name/bin/Debug/net10.0/Granary.$name.dll" -noLogo -noColor -result-trx "$results/$name.trx" 2>&1 | tee "$results/$name.log"
    status=${PIPESTATUS[0]}
    counters=$(grep -o '<Counters [^>]*' "$results/$name.trx" 2>/dev/null)
    count() { grep -o " $1=\"[0-9]*" <<<"$counters" | grep -o '[0-9]*$' || echo 0; }
    bad=$(($(count failed) + $(count error)))
    # A project that failed without naming a test, for example because a fixture could not start, counts as one failure.
    [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    echo "== $name: $(count passed) passed, $bad failed"
    passed=$((passed + $(count passed)))
    failed=$((failed + bad))
    if [ "$bad" -gt 0 ]; then
        # Each failed test with the first lines of its output; if the log names none, the end of the project's log.
        {
            echo "== Failed in $name (exit code $status)"
            if grep -q '\[FAIL\]$' "$results/$name.log"; then
                awk '/^    [^ ].*\[FAIL\]$/ { lines = 60 } !/^    / && NF { lines = 0 } lines-- > 0' "$results/$name.log"
            else
                tail -40 "$results/$name.log"
            fi
        } >>"$results/failures"
    fi
done
# Repeated at the end: of a long run, often only the end of the output is kept.
[ -e "$results/failures" ] && cut -c 1-500 "$results/failures"
rm -rf "$results"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
