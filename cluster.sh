#!/usr/bin/env bash
# A Granary cluster on this machine: three silos, two front ends, PostgreSQL and Redis as processes of their own on the
# loopback interface. docs/cluster.md explains it. Everything lies under data/cluster (or $GRANARY_CLUSTER_DIR).
# With $GRANARY_CLUSTER_PROGRAMS nothing is built: the programs are in its directories silo and api.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'TEXT'
./cluster.sh up         builds and starts PostgreSQL, Redis, silos 1-3 and front ends 1-2; starts what is not running
./cluster.sh status     says what runs, and where
./cluster.sh kill N     ends silo N at once, as a crash would (SIGKILL)
./cluster.sh start N    starts silo N again
./cluster.sh rolling    builds, then replaces every silo and front end one by one, while the others serve
./cluster.sh down       stops everything; the data stays
TEXT
}

root=$(realpath -m "${GRANARY_CLUSTER_DIR:-data/cluster}")
first_port=${GRANARY_CLUSTER_PORT:-5080} # The front ends'; the others are far from it and need no choosing.
postgres_port=$((first_port + 200)) redis_port=$((first_port + 201))
silos="1 2 3" front_ends="1 2"
front_end_port() { echo $((first_port + $1 - 1)); }
silo_port() { echo $((first_port + 100 + $1)); }
gateway_port() { echo $((first_port + 110 + $1)); }
silo_http_port() { echo $((first_port + 120 + $1)); }

say() { printf '%s\n' "$*"; }
fail() { say "cluster.sh: $*" >&2; exit 1; }

# PostgreSQL refuses root; both servers drop to the user that Debian's packages bring.
identity() { if [ "$(id -u)" -eq 0 ]; then echo "setpriv --reuid=$1 --regid=$1 --clear-groups"; fi; }
own() { if [ "$(id -u)" -eq 0 ]; then chown "$1" "$2"; fi; }

pid_of() { cat "$root/$1.pid" 2>/dev/null || true; }
running() {
    local pid
    pid=$(pid_of "$1")
    [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && [ "$(ps -o stat= -p "$pid" | cut -c1)" != Z ]
}
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# wait_for WHAT NAME COMMAND...: until the command succeeds, as long as process NAME lives.
wait_for() {
    local what=$1 name=$2
    shift 2
    for _ in $(seq 1200); do
        "$@" && return
        running "$name" || fail "$what ended by itself; see $root/$name.log"
        sleep 0.1
    done
    fail "$what does not answer; see $root/$name.log"
}

# launch NAME COMMAND...: in the background, with a log and a pid file, independent of this terminal.
launch() {
    local name=$1
    shift
    setsid "$@" >>"$root/$name.log" 2>&1 </dev/null &
    echo $! >"$root/$name.pid"
}

stop() { # stop NAME SIGNAL: and wait for the end.
    local name=$1 signal=$2 pid
    if running "$name"; then
        pid=$(pid_of "$name")
        kill "-$signal" "$pid"
        while running "$name"; do sleep 0.1; done
    fi
    rm -f "$root/$name.pid"
}

build() {
    local release
    if [ -n "${GRANARY_CLUSTER_PROGRAMS:-}" ]; then
        ln -sfnT "$(realpath "$GRANARY_CLUSTER_PROGRAMS")" "$root/app/current"
        return
    fi
    release=$root/app/$(date +%Y%m%d-%H%M%S)
    say "Building $release"
    dotnet publish src/Silo -c Release -o "$release/silo" -v quiet --nologo >"$root/build.log" 2>&1 &&
        dotnet publish src/Api -c Release -o "$release/api" -v quiet --nologo >>"$root/build.log" 2>&1 ||
        { tail -20 "$root/build.log" >&2; fail "the build failed"; }
    # Processes that run keep the release that they were started from.
    ln -sfn "$release" "$root/app/current"
}

postgres_binaries() {
    find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1
}

sql() { # sql DATABASE STATEMENT
    "$(postgres_binaries)/psql" -qAt -h 127.0.0.1 -p "$postgres_port" -U granary -d "$1" -c "$2"
}

start_postgres() {
    running postgres && return
    local bin data=$root/postgres
    bin=$(postgres_binaries)
    [ -n "$bin" ] || fail "PostgreSQL is not installed (Debian package postgresql)"
    if [ ! -e "$data/PG_VERSION" ]; then
        mkdir -p "$data"
        own postgres "$data"
        $(identity postgres) "$bin/initdb" -D "$data" -U granary -A trust -E UTF8 --locale=C >"$root/initdb.log" 2>&1 ||
            fail "initdb failed; see $root/initdb.log (the user postgres must be able to reach $data)"
    fi
    launch postgres $(identity postgres) "$bin/postgres" -D "$data" -p "$postgres_port" -k "$data" \
        -c listen_addresses=127.0.0.1 -c max_connections=300
    wait_for PostgreSQL postgres "$bin/pg_isready" -q -h 127.0.0.1 -p "$postgres_port" -U granary
    if [ -z "$(sql postgres "SELECT 1 FROM pg_database WHERE datname = 'granary'")" ]; then
        sql postgres "CREATE DATABASE granary"
    fi
}

start_redis() {
    running redis && return
    [ -x /usr/bin/redis-server ] || fail "Redis is not installed (Debian package redis-server)"
    mkdir -p "$root/redis"
    own redis "$root/redis"
    # The table of silos lives here: without the append-only file a restart would lose the membership.
    launch redis $(identity redis) /usr/bin/redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$root/redis" \
        --save "" --appendonly yes --appendfsync always
    wait_for Redis redis answers "$redis_port"
}

# Settings that silos and front ends share. A front end that runs as a client needs no silo port.
settings() {
    export ConnectionStrings__Granary="Host=127.0.0.1;Port=$postgres_port;Username=granary;Database=granary;Maximum Pool Size=40"
    export ConnectionStrings__Redis="127.0.0.1:$redis_port"
    export Granary__Storage=PostgreSql Granary__Clustering=Redis Granary__Silo__Address=127.0.0.1
    export Granary__DataDirectory="$root/granary" DOTNET_ENVIRONMENT=Production
    export Serilog__MinimumLevel__Override__Orleans=Warning Serilog__MinimumLevel__Override__Microsoft=Warning
    if [ ! -e "$root/admin-password" ]; then
        (umask 077 && head -c 18 /dev/urandom | base64 >"$root/admin-password")
    fi
    Granary__Admin__Password=$(cat "$root/admin-password")
    export Granary__Admin__Password
}

start_silo() {
    running "silo-$1" && return
    local release
    release=$(realpath "$root/app/current")
    (
        settings
        export ASPNETCORE_URLS="http://127.0.0.1:$(silo_http_port "$1")"
        export Granary__Silo__Port Granary__Silo__GatewayPort
        Granary__Silo__Port=$(silo_port "$1") Granary__Silo__GatewayPort=$(gateway_port "$1")
        launch "silo-$1" dotnet "$release/silo/Granary.Silo.dll"
    )
}

start_front_end() {
    running "front-end-$1" && return
    local release
    release=$(realpath "$root/app/current")
    (
        settings
        export Granary__Hosting=Client Granary__DrainTime=00:00:03 ASPNETCORE_URLS="http://127.0.0.1:$(front_end_port "$1")"
        launch "front-end-$1" dotnet "$release/api/Granary.Api.dll"
    )
}

# A process listens for HTTP last of all, when its silo is active or its client connected.
await_silo() { wait_for "Silo $1" "silo-$1" answers "$(silo_http_port "$1")"; }
await_front_end() { wait_for "Front end $1" "front-end-$1" answers "$(front_end_port "$1")"; }

up() {
    mkdir -p "$root/app"
    [ -e "$root/app/current" ] && running silo-1 || build
    start_postgres
    start_redis
    for n in $silos; do start_silo "$n"; done
    for n in $silos; do await_silo "$n"; done
    for n in $front_ends; do start_front_end "$n"; done
    for n in $front_ends; do await_front_end "$n"; done
    status
    say "Log in as admin with the password in $root/admin-password"
}

line() { # line NAME WHERE
    if running "$1"; then printf '%-12s pid %-8s %s\n' "$1" "$(pid_of "$1")" "$2"; else printf '%-12s down\n' "$1"; fi
}

status() {
    line postgres "127.0.0.1:$postgres_port"
    line redis "127.0.0.1:$redis_port"
    for n in $silos; do line "silo-$n" "silo port $(silo_port "$n"), gateway $(gateway_port "$n")"; done
    for n in $front_ends; do line "front-end-$n" "http://127.0.0.1:$(front_end_port "$n")"; done
}

known_silo() { [[ " $silos " == *" ${1:-} "* ]] || fail "which silo? one of $silos"; }

rolling() {
    running silo-1 || fail "nothing runs; ./cluster.sh up starts it"
    build
    for n in $silos; do
        say "Replacing silo $n"
        stop "silo-$n" TERM
        start_silo "$n"
        await_silo "$n"
    done
    for n in $front_ends; do
        say "Replacing front end $n"
        stop "front-end-$n" TERM
        start_front_end "$n"
        await_front_end "$n"
    done
    status
}

down() {
    for n in $front_ends; do stop "front-end-$n" TERM & done
    wait
    for n in $silos; do stop "silo-$n" TERM; done
    stop redis TERM
    stop postgres INT
}

case "${1:-}" in
up) up ;;
status) status ;;
kill) known_silo "${2:-}" && stop "silo-$2" KILL && say "Silo $2 is gone" ;;
start) known_silo "${2:-}" && start_silo "$2" && await_silo "$2" && status ;;
rolling) rolling ;;
down) down ;;
*) usage && [ $# -eq 0 ] ;;
esac
