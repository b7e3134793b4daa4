#!/usr/bin/env bash
# A Granary cluster on this machine: three silos, two front ends, PostgreSQL and Redis as separate processes on the loopback
# interface. docs/cluster.md explains it. All data is under data/cluster (or $GRANARY_CLUSTER_DIR).
# With $GRANARY_CLUSTER_PROGRAMS the script builds nothing: the programs are in its directories silo and api.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'TEXT'
./cluster.sh up         builds and starts PostgreSQL, Redis, silos 1-3 and front ends 1-2; if some run, starts the others
./cluster.sh up --payments
                        the same with samples/PaymentProvider, by which orders can be paid; later commands keep it, as they keep
                        what follows; one up takes several of them
./cluster.sh up --standby [sync|async]
                        the same with a second PostgreSQL that follows the first
./cluster.sh up --databases N
                        the same with a journal over N databases, 2 to 4, each on a server of its own
./cluster.sh up --site a [sync|async]
                        the same at two sites: these processes are site a, the second PostgreSQL is at site b (docs/sites.md)
./cluster.sh up --site b
                        silo 4, front end 3 and a Redis of site b, which only read until its PostgreSQL is the primary
./cluster.sh failover [--accept-loss]
                        makes the standby the primary (docs/standby.md)
./cluster.sh rebuild    makes the server that is not the primary its standby, from a new copy
./cluster.sh granary COMMAND...
                        runs a command of the product with the cluster's settings, such as: granary verify, granary partitions list
./cluster.sh database   starts PostgreSQL alone, for example to restore a backup before silos use it
./cluster.sh status     shows which processes run, and where
./cluster.sh kill N     kills silo N, as in a crash (SIGKILL); also: kill postgres, kill standby, kill database-1
./cluster.sh start N    starts silo N again
./cluster.sh rolling    builds, then replaces every silo and front end one by one while the others serve
./cluster.sh down       stops everything; the data stays
TEXT
}

say() { printf '%s\n' "$*"; }
fail() { say "cluster.sh: $*" >&2; exit 1; }

root=$(realpath -m "${GRANARY_CLUSTER_DIR:-data/cluster}")
first_port=${GRANARY_CLUSTER_PORT:-5080} # The first front end's port; all other ports are offsets from it.
[[ $first_port =~ ^[1-9][0-9]{0,4}$ ]] && [ "$first_port" -le "$((65535 - 207))" ] ||
    fail "GRANARY_CLUSTER_PORT is '$first_port'; it must be a port up to $((65535 - 207)), so that the other ports fit above it"
postgres_port=$((first_port + 200)) redis_port=$((first_port + 201)) provider_port=$((first_port + 202)) standby_port=$((first_port + 203)) redis_b_port=$((first_port + 207))
further_port() { echo $((first_port + 203 + $1)); } # of database 1, 2 or 3
silos="1 2 3" front_ends="1 2"

# The cluster is at two sites if the file is there: site b has silo 4 and front end 3.
with_sites() { [ -e "$root/sites" ]; }
all_silos() { if with_sites; then echo "$silos 4"; else echo "$silos"; fi; }
all_front_ends() { if with_sites; then echo "$front_ends 3"; else echo "$front_ends"; fi; }
site_of() { case $1 in silo-4 | front-end-3 | standby) echo b ;; *) echo a ;; esac }
front_end_port() { echo $((first_port + $1 - 1)); }
silo_port() { echo $((first_port + 100 + $1)); }
gateway_port() { echo $((first_port + 110 + $1)); }
silo_http_port() { echo $((first_port + 120 + $1)); }

# One command at a time: two commands would start the same processes twice. Launched processes do not inherit the lock.
lock() {
    mkdir -p "$root"
    exec 9>"$root/lock"
    flock -n 9 || fail "another command is running in $root"
}

# PostgreSQL refuses to run as root; both servers run as the user that Debian's packages create.
identity() { if [ "$(id -u)" -eq 0 ]; then echo "setpriv --reuid=$1 --regid=$1 --clear-groups"; fi; }
own() { if [ "$(id -u)" -eq 0 ]; then chown "$1" "$2"; fi; }

# A process is identified by its id and its start time: after a reboot another process may have the id.
pid_of() { cut -d' ' -f1 "$root/$1.pid" 2>/dev/null || true; }
state_and_start_of() { # Starts no other program, because loops that wait call it often. The name, in parentheses, may have spaces.
    local line fields
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return
    read -ra fields <<<"${line##*) }"
    echo "${fields[0]} ${fields[19]}"
}
running() {
    local pid start state_and_start
    read -r pid start 2>/dev/null <"$root/$1.pid" || return
    state_and_start=$(state_and_start_of "$pid") && [ "${state_and_start#* }" = "$start" ] && [ "${state_and_start% *}" != Z ]
}
any_program_runs() {
    local n
    for n in $(all_silos); do ! running "silo-$n" || return 0; done
    for n in $(all_front_ends); do ! running "front-end-$n" || return 0; done
    return 1
}
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# wait_for WHAT NAME COMMAND...: waits until the command succeeds, as long as process NAME lives.
wait_for() {
    local what=$1 name=$2
    shift 2
    for _ in $(seq 1200); do
        "$@" && running "$name" && return
        running "$name" || fail "$what exited; see $root/$name.log"
        sleep 0.1
    done
    fail "$what does not answer; see $root/$name.log"
}

# need_ports WHAT PORT...: fails if another process listens on one of the ports.
need_ports() {
    local what=$1 port
    shift
    for port in "$@"; do
        ! answers "$port" || fail "port $port, which $what needs, is taken by another process (GRANARY_CLUSTER_PORT moves all ports)"
    done
}

# launch NAME COMMAND...: starts the command in the background, with a log and a pid file, detached from this terminal.
launch() {
    local name=$1
    shift
    setsid "$@" >>"$root/$name.log" 2>&1 </dev/null 9>&- &
    remember "$name" $!
}
remember() { echo "$2 $(state_and_start_of "$2" | cut -d' ' -f2)" >"$root/$1.pid"; }

stop() { # stop NAME SIGNAL: waits for the end, at most as long as a silo may take to finish and hand its grains over.
    local name=$1 signal=$2 pid tenths=0
    if running "$name"; then
        pid=$(pid_of "$name")
        kill "-$signal" "$pid"
        kill -CONT "$pid" 2>/dev/null || true # A frozen process would not receive the signal.
        while running "$name"; do
            sleep 0.1
            tenths=$((tenths + 1))
            if [ "$tenths" = 50 ]; then say "Waiting for $name (pid $pid) to end"; fi
            if [ "$tenths" = 900 ]; then
                say "$name does not end; killing it"
                kill -KILL "$pid"
            fi
        done
    fi
    rm -f "$root/$name.pid"
}

build() {
    local release
    if [ -n "${GRANARY_CLUSTER_PROGRAMS:-}" ]; then
        [ -e "$GRANARY_CLUSTER_PROGRAMS/silo/Granary.Silo.dll" ] && [ -e "$GRANARY_CLUSTER_PROGRAMS/api/Granary.Api.dll" ] ||
            fail "GRANARY_CLUSTER_PROGRAMS is $GRANARY_CLUSTER_PROGRAMS, but silo/Granary.Silo.dll or api/Granary.Api.dll is missing there"
        ! with_payments || [ -e "$GRANARY_CLUSTER_PROGRAMS/provider/Granary.PaymentProvider.dll" ] ||
            fail "GRANARY_CLUSTER_PROGRAMS is $GRANARY_CLUSTER_PROGRAMS, but provider/Granary.PaymentProvider.dll is missing there"
        ln -sfnT "$(realpath "$GRANARY_CLUSTER_PROGRAMS")" "$root/app/current"
        return
    fi
    release=$root/app/$(date +%Y%m%d-%H%M%S)
    say "Building $release"
    dotnet publish src/Silo -c Release -p:PublishReadyToRun=false -o "$release/silo" -v quiet --nologo >"$root/build.log" 2>&1 9>&- &&
        dotnet publish src/Api -c Release -p:PublishReadyToRun=false -o "$release/api" -v quiet --nologo >>"$root/build.log" 2>&1 9>&- &&
        { ! with_payments || dotnet publish samples/PaymentProvider -c Release -o "$release/provider" -v quiet --nologo >>"$root/build.log" 2>&1 9>&-; } ||
        { tail -20 "$root/build.log" >&2; fail "the build failed"; }
    # Running processes keep the release that they were started from.
    ln -sfn "$release" "$root/app/current"
}

remove_old_releases() {
    local release
    for release in "$root"/app/2*/; do
        release=${release%/}
        [ ! -d "$release" ] || [ "$release" = "$(realpath "$root/app/current")" ] || pgrep -f "$release/" >/dev/null || rm -rf "$release"
    done
}

postgres_binaries() {
    find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1
}

sql_at() { # sql_at PORT DATABASE STATEMENT
    "$(postgres_binaries)/psql" -qAt -h 127.0.0.1 -p "$1" -U granary -d "$2" -c "$3"
}
sql() { sql_at "$postgres_port" "$@"; } # sql DATABASE STATEMENT

start_postgres() {
    running postgres && return
    start_server postgres "$postgres_port"
    if [ "$(sql postgres "SELECT pg_is_in_recovery()")" = f ] && [ -z "$(sql postgres "SELECT 1 FROM pg_database WHERE datname = 'granary'")" ]; then
        sql postgres "CREATE DATABASE granary"
    fi
}

start_server() { # start_server NAME PORT: its data is in the directory of that name
    local name=$1 port=$2 bin data=$root/$1 tries before
    bin=$(postgres_binaries)
    [ -n "$bin" ] || fail "PostgreSQL is not installed (Debian package postgresql)"
    if [ ! -e "$data/PG_VERSION" ]; then
        mkdir -p "$data"
        own postgres "$data"
        $(identity postgres) "$bin/initdb" -D "$data" -U granary -A trust -E UTF8 --locale=C >"$root/initdb.log" 2>&1 ||
            fail "initdb failed; see $root/initdb.log (the user postgres must be able to reach $data)"
    fi
    need_ports PostgreSQL "$port"
    for tries in $(seq 60); do
        before=$(wc -l <"$root/$name.log" 2>/dev/null || echo 0)
        launch "$name" $(identity postgres) "$bin/postgres" -D "$data" -p "$port" -k "$data" \
            -c listen_addresses=127.0.0.1 -c max_connections=300
        until "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" -U granary || ! running "$name"; do sleep 0.1; done
        running "$name" && break
        # After a crash of PostgreSQL, it takes a while until the last of its old processes exits.
        # If GRANARY_CLUSTER_PORT puts the ports among the system's ephemeral ones, a silo that connects to a server that is down may be given
        # the very port: it is then connected with itself, and the port stays taken for a minute after that.
        tail -n +$((before + 1)) "$root/$name.log" | grep -Eq 'lock file "postmaster.pid"|shared memory block|Address already in use' ||
            fail "PostgreSQL exited; see $root/$name.log"
        [ "$tries" != 1 ] || say "Waiting for what is left of a crashed PostgreSQL"
        sleep 1
    done
    running "$name" || fail "PostgreSQL does not start; see $root/$name.log"
}

# The journal has several databases if the file with their number is there; the first is that of postgres.
databases() { cat "$root/databases" 2>/dev/null || echo 1; }
further() { seq 1 $(($(databases) - 1)); }
start_further() {
    local n
    for n in $(further); do
        running "database-$n" && continue
        start_server "database-$n" "$(further_port "$n")"
        [ -n "$(sql_at "$(further_port "$n")" postgres "SELECT 1 FROM pg_database WHERE datname = 'granary'")" ] ||
            sql_at "$(further_port "$n")" postgres "CREATE DATABASE granary"
    done
}

# The cluster has a standby if the file with its mode is there: sync or async. After a failover the servers have changed places.
with_standby() { [ -e "$root/standby-mode" ]; }
port_of() { if [ "$1" = postgres ]; then echo "$postgres_port"; else echo "$standby_port"; fi; }
timeline_of() { sql_at "$(port_of "$1")" postgres "SELECT CASE WHEN pg_is_in_recovery() THEN 0 ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END" 2>/dev/null || echo 0; }
stored_timeline() { # The timeline in the data of a server that does not run; 0 if it has none.
    [ -e "$root/$1/PG_VERSION" ] || { echo 0; return; }
    # The first checkpoint after a promotion may be minutes later; until then only the end of the recovery is on the new timeline.
    LC_ALL=C "$(postgres_binaries)/pg_controldata" "$root/$1" |
        sed -n "s/^Latest checkpoint's TimeLineID: *//p; s/^Min recovery ending loc's timeline: *//p" | sort -n | tail -n 1
}
newest_timeline_of() { if running "$1"; then timeline_of "$1"; else stored_timeline "$1"; fi; }
primary() { # The server that is the primary: of two, that of the later timeline.
    if [ "$(timeline_of standby)" -gt "$(timeline_of postgres)" ]; then echo standby; else echo postgres; fi
}

# copy_server FROM TO: makes TO a standby of FROM, from a new copy of all data.
copy_server() {
    local from=$1 to=$2
    sql_at "$(port_of "$from")" postgres "ALTER SYSTEM RESET synchronous_standby_names"
    sql_at "$(port_of "$from")" postgres "ALTER SYSTEM RESET default_transaction_read_only"
    sql_at "$(port_of "$from")" postgres "SELECT pg_reload_conf()" >"$root/copy.log"
    rm -rf "$root/$to.new"
    mkdir -m 700 "$root/$to.new"
    own postgres "$root/$to.new"
    $(identity postgres) "$(postgres_binaries)/pg_basebackup" --dbname="host=127.0.0.1 port=$(port_of "$from") user=granary application_name=$to" \
        --pgdata="$root/$to.new" --checkpoint=fast --wal-method=stream --write-recovery-conf >>"$root/copy.log" 2>&1 ||
        fail "pg_basebackup failed; see $root/copy.log"
    rm -rf "${root:?}/$to"
    mv "$root/$to.new" "$root/$to"
}

# follow FROM TO: starts the standby TO and returns when it follows FROM, by the mode of the cluster.
follow() {
    local port
    port=$(port_of "$1")
    running "$2" || start_server "$2" "$(port_of "$2")"
    wait_for "The standby" "$2" streams "$port"
    if [ "$(cat "$root/standby-mode")" = sync ]; then
        sql_at "$port" postgres "ALTER SYSTEM SET synchronous_standby_names = '*'"
    else
        sql_at "$port" postgres "ALTER SYSTEM RESET synchronous_standby_names"
    fi
    sql_at "$port" postgres "SELECT pg_reload_conf()" >"$root/copy.log"
}
streams() { [ "$(sql_at "$1" postgres "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")" != 0 ]; }

start_standby() {
    if [ ! -e "$root/standby/PG_VERSION" ]; then
        copy_server postgres standby
    fi
    running standby || start_server standby "$standby_port"
    local primary other
    primary=$(primary) && other=$(other_than "$primary")
    if [ "$(timeline_of "$other")" != 0 ]; then
        say "$other is an old primary: stopping it; ./cluster.sh rebuild makes it a standby"
        stop "$other" INT
        ! with_sites || [ "$other" = standby ] || fail "site b takes the writes; ./cluster.sh rebuild gives site a its database again, then ./cluster.sh up starts its processes"
        return
    fi
    follow "$primary" "$other"
}
other_than() { if [ "$1" = postgres ]; then echo standby; else echo postgres; fi; }

rebuild() {
    with_standby || fail "the cluster has no standby; ./cluster.sh up --standby starts one"
    local primary other
    primary=$(primary) && other=$(other_than "$primary")
    [ "$(timeline_of "$primary")" != 0 ] || fail "no server is a primary; ./cluster.sh up starts both, ./cluster.sh failover makes a standby the primary"
    stop "$other" INT
    [ "$(stored_timeline "$other")" -le "$(timeline_of "$primary")" ] ||
        fail "$other is on timeline $(stored_timeline "$other"), later than $primary: it has orders that $primary lacks. Stop $primary; ./cluster.sh up --standby starts $other"
    copy_server "$primary" "$other"
    follow "$primary" "$other"
    status
}

granary() { # granary COMMAND...: a command of the product with the cluster's settings
    [ -e "$root/app/current" ] || fail "the cluster is not built; ./cluster.sh up builds it"
    (settings "$(primary)" && cd "$called_from" && dotnet "$(realpath "$root/app/current")/api/Granary.Api.dll" "$@")
}

failover() {
    with_standby || fail "the cluster has no standby; ./cluster.sh up --standby starts one"
    granary failover "$@" || exit $?
    say "./cluster.sh rebuild makes the other server its standby"
}

start_redis() { # start_redis NAME PORT
    local name=$1 port=$2
    running "$name" && return
    [ -x /usr/bin/redis-server ] || fail "Redis is not installed (Debian package redis-server)"
    mkdir -p "$root/$name"
    own redis "$root/$name"
    need_ports Redis "$port"
    # Redis holds the table of silos: without the append-only file a restart would lose the membership.
    launch "$name" $(identity redis) /usr/bin/redis-server --port "$port" --bind 127.0.0.1 --dir "$root/$name" \
        --save "" --appendonly yes --appendfsync always
    wait_for Redis "$name" answers "$port"
}

# The sample provider is part of the cluster if the file with its secrets is there.
with_payments() { [ -e "$root/payment-secrets" ]; }
make_payment_secrets() {
    with_payments || (umask 077 && { head -c 18 /dev/urandom | base64; head -c 18 /dev/urandom | base64; } >"$root/payment-secrets")
}
payment_secret() { sed -n "$1p" "$root/payment-secrets"; } # 1: the key of calls; 2: the secret that events are signed with

start_provider() {
    ! running provider || return 0
    local release
    release=$(realpath "$root/app/current")
    need_ports "the payment provider" "$provider_port"
    (
        export Provider__Key Provider__WebhookSecret Provider__Database="$root/provider/ledger.db"
        Provider__Key=$(payment_secret 1) Provider__WebhookSecret=$(payment_secret 2)
        export Provider__WebhookUrl="http://127.0.0.1:$(front_end_port 1)/payment-webhooks/http" ASPNETCORE_URLS="http://127.0.0.1:$provider_port"
        mkdir -p "$root/provider"
        launch provider dotnet "$release/provider/Granary.PaymentProvider.dll"
    )
    wait_for "The payment provider" provider answers "$provider_port"
}

# An authority for this cluster and one certificate for all its processes. Connections without one are refused: every user of the machine
# reaches the loopback interface.
make_certificates() {
    local tls=$root/tls new
    [ ! -e "$tls/tls.crt" ] || return 0
    command -v openssl >/dev/null || fail "openssl is not installed"
    new=$(mktemp -d "$root/tls.XXXXXX")
    (
        umask 077
        cd "$new"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=granary cluster" \
            -addext "basicConstraints=critical,CA:TRUE" -keyout ca.key -out ca.crt &&
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=granary" -keyout tls.key -out tls.csr &&
            printf 'extendedKeyUsage=serverAuth,clientAuth\n' >tls.ext &&
            openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile tls.ext -out tls.crt
    ) >"$root/openssl.log" 2>&1 || fail "openssl failed; see $root/openssl.log"
    rm -rf "$tls"
    mv "$new" "$tls"
}

# Settings that silos and front ends share. A front end that is a client of the cluster needs no silo port.
settings() { # settings [NAME of the process]
    local hosts="127.0.0.1;Port=$postgres_port"
    ! with_standby || hosts="127.0.0.1:$postgres_port,127.0.0.1:$standby_port"
    export ConnectionStrings__Granary="Host=$hosts;Username=granary;Database=granary"
    local n
    for n in $(further); do
        export "Granary__Journal__Databases__$n=Host=127.0.0.1;Port=$(further_port "$n");Username=granary;Database=granary"
    done
    export ConnectionStrings__Redis="127.0.0.1:$redis_port"
    export Granary__Storage=PostgreSql Granary__Clustering=Redis Granary__Silo__Address=127.0.0.1
    export Granary__DataDirectory="$root/granary" DOTNET_ENVIRONMENT=Production
    if with_sites; then
        export Granary__Sites="a@127.0.0.1:$postgres_port,b@127.0.0.1:$standby_port" Granary__Site
        Granary__Site=$(site_of "${1:-}")
        if [ "$Granary__Site" = b ]; then
            # Each site has a cluster of its own: its silos never meet those of the other.
            export ConnectionStrings__Redis="127.0.0.1:$redis_b_port" Granary__Silo__ClusterId=granary-b Granary__DataDirectory="$root/granary-b"
        fi
    fi
    export Serilog__MinimumLevel__Override__Orleans=Warning Serilog__MinimumLevel__Override__Microsoft=Warning
    if [ -e "$root/tls/tls.crt" ]; then
        export Granary__Silo__Tls__Certificate="$root/tls/tls.crt" Granary__Silo__Tls__Key="$root/tls/tls.key"
        export Granary__Silo__Tls__Authority="$root/tls/ca.crt"
    else
        export Granary__Silo__Tls__Mode=Off # The processes that run were started without TLS.
    fi
    if [ ! -e "$root/admin-password" ]; then
        (umask 077 && head -c 18 /dev/urandom | base64 >"$root/admin-password")
    fi
    Granary__Admin__Password=$(cat "$root/admin-password")
    export Granary__Admin__Password
    if with_payments; then
        export Granary__Payments__Provider=Http Granary__Payments__Http__Address="http://127.0.0.1:$provider_port"
        export Granary__Payments__Http__Key Granary__Payments__Http__WebhookSecret
        Granary__Payments__Http__Key=$(payment_secret 1) Granary__Payments__Http__WebhookSecret=$(payment_secret 2)
    fi
}

start_silo() {
    running "silo-$1" && return
    local release
    release=$(realpath "$root/app/current")
    need_ports "silo $1" "$(silo_port "$1")" "$(gateway_port "$1")" "$(silo_http_port "$1")"
    (
        settings "silo-$1"
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
    need_ports "front end $1" "$(front_end_port "$1")"
    (
        settings "front-end-$1"
        export Granary__Hosting=Client Granary__DrainTime=00:00:03 ASPNETCORE_URLS="http://127.0.0.1:$(front_end_port "$1")"
        launch "front-end-$1" dotnet "$release/api/Granary.Api.dll"
    )
}

# A process starts to listen for HTTP last, when its silo is active or its client is connected.
await_silo() { wait_for "Silo $1" "silo-$1" answers "$(silo_http_port "$1")"; }
await_front_end() { wait_for "Front end $1" "front-end-$1" answers "$(front_end_port "$1")"; }

up_site_b() {
    with_sites || fail "there is no site a; ./cluster.sh up --site a starts it"
    [ -e "$root/app/current" ] && database_runs || fail "the cluster is not up; ./cluster.sh up --site a starts it"
    start_redis redis-b "$redis_b_port"
    start_silo 4
    await_silo 4
    start_front_end 3
    await_front_end 3
    status
}

up() { # up [--payments] [--standby [sync|async]] [--databases N] [--site a [sync|async]]
    local payments="" sites="" standby="" mode="" number
    number=$(databases)
    while [ $# -gt 0 ]; do
        case $1 in
        --payments) payments=1 ;;
        --databases)
            [[ ${2:-} =~ ^[234]$ ]] && [ "$2" -ge "$number" ] || fail "--databases takes a number from 2 to 4, and not less than the journal has"
            number=$2
            shift
            ;;
        --standby | --site)
            if [ "$1" = --site ]; then
                [ "${2:-}" = a ] || fail "--site takes a, or by itself b"
                sites=1
                shift
            fi
            standby=1
            if [[ ${2:---} != --* ]]; then
                [[ $2 == sync || $2 == async ]] || fail "the standby is sync or async, not '$2'"
                [ -z "$mode" ] || [ "$mode" = "$2" ] || fail "the standby is sync or async, not both"
                mode=$2
                shift
            fi
            ;;
        *) fail "up takes nothing but --payments, --standby [sync|async], --databases N, --site a [sync|async] or --site b, not '$1'" ;;
        esac
        shift
    done
    [ "$number" = 1 ] || { [ -z "$sites" ] && ! with_sites; } || fail "a journal over several databases cannot be at two sites"
    [ "$number" = "$(databases)" ] || none_runs_without "$number databases"
    [ -z "$sites" ] || with_sites || none_runs_without "sites"
    [ -z "$standby" ] || with_standby || none_runs_without "a standby"
    [ -z "$payments" ] || with_payments || none_runs_without "a payment provider"

    mkdir -p "$root/app"
    [ "$number" = 1 ] || echo "$number" >"$root/databases"
    [ -z "$sites" ] || touch "$root/sites"
    if [ -n "$mode" ] || { [ -n "$standby" ] && ! with_standby; }; then echo "${mode:-sync}" >"$root/standby-mode"; fi
    [ -z "$payments" ] || make_payment_secrets
    if any_program_runs; then
        say "Some processes run already: starting the others from the same build; ./cluster.sh rolling deploys a new build"
    else
        make_certificates
        build
    fi
    start_postgres
    ! with_standby || start_standby
    start_further
    start_redis redis "$redis_port"
    ! with_payments || start_provider
    for n in $silos; do start_silo "$n"; done
    for n in $silos; do await_silo "$n"; done
    for n in $front_ends; do start_front_end "$n"; done
    for n in $front_ends; do await_front_end "$n"; done
    remove_old_releases
    status
    say "Log in as admin with the password in $root/admin-password"
}

none_runs_without() { ! any_program_runs || fail "the processes that run know nothing of $1; ./cluster.sh down first"; }

line() { # line NAME WHERE
    if running "$1"; then printf '%-12s pid %-8s %s\n' "$1" "$(pid_of "$1")" "$2"; else printf '%-12s down\n' "$1"; fi
}

status() {
    line postgres "127.0.0.1:$postgres_port$(role_of postgres)$(site_text postgres)"
    ! with_standby || line standby "127.0.0.1:$standby_port$(role_of standby)$(site_text standby)"
    for n in $(further); do line "database-$n" "127.0.0.1:$(further_port "$n")"; done
    line redis "127.0.0.1:$redis_port"
    ! with_sites || line redis-b "127.0.0.1:$redis_b_port"
    ! with_payments || line provider "http://127.0.0.1:$provider_port"
    for n in $(all_silos); do line "silo-$n" "silo port $(silo_port "$n"), gateway $(gateway_port "$n")$(site_text "silo-$n")"; done
    for n in $(all_front_ends); do line "front-end-$n" "http://127.0.0.1:$(front_end_port "$n")$(site_text "front-end-$n")"; done
}

site_text() { ! with_sites || echo ", site $(site_of "$1")"; }
role_of() {
    with_standby && running "$1" || return 0
    local timeline
    timeline=$(timeline_of "$1")
    if [ "$timeline" = 0 ]; then
        echo ", standby ($(cat "$root/standby-mode"))"
    elif [ "$timeline" -lt "$(newest_timeline_of "$(other_than "$1")")" ]; then
        echo ", old primary on timeline $timeline, which ./cluster.sh rebuild makes a standby"
    else
        echo ", primary on timeline $timeline"
    fi
}

known_silo() { # known_silo NAME [OTHERS]
    [[ " $(all_silos) " == *" ${1:-} "* ]] || fail "'${1:-}' is none of the silos $(all_silos)${2:-}"
}

rolling() {
    any_program_runs || fail "no silo and no front end runs; ./cluster.sh up starts them"
    database_runs && running redis || fail "PostgreSQL or Redis is down; ./cluster.sh up starts them"
    build
    for n in $(all_silos); do
        [ "$(site_of "silo-$n")" = a ] || running "silo-$n" || continue # Site b may not have been started.
        say "Replacing silo $n"
        stop "silo-$n" TERM
        start_silo "$n"
        await_silo "$n"
    done
    for n in $(all_front_ends); do
        [ "$(site_of "front-end-$n")" = a ] || running "front-end-$n" || continue
        say "Replacing front end $n"
        stop "front-end-$n" TERM
        start_front_end "$n"
        await_front_end "$n"
    done
    remove_old_releases
    status
}

database_runs() { running postgres || { with_standby && running standby; }; }

database() {
    start_postgres
    say "postgresql://granary@127.0.0.1:$postgres_port/granary"
    say "Host=127.0.0.1;Port=$postgres_port;Username=granary;Database=granary"
}

start() {
    [ -e "$root/app/current" ] && database_runs && running redis || fail "the cluster is not up; ./cluster.sh up starts the processes that are down"
    start_silo "$1"
    await_silo "$1"
    status
}

down() {
    for n in $(all_front_ends); do stop "front-end-$n" TERM & done
    wait
    for n in $(all_silos); do stop "silo-$n" TERM; done
    stop provider TERM
    stop redis TERM
    stop redis-b TERM
    # A standby first: the other would wait for it at its end.
    stop "$(other_than "$(primary)")" INT
    stop postgres INT
    stop standby INT
    for n in $(further); do stop "database-$n" INT; done
}

case "${1:-}" in
up)
    lock
    if [ "$*" = "up --site b" ]; then up_site_b; else up "${@:2}"; fi
    ;;
failover) lock && failover "${@:2}" ;;
rebuild) lock && rebuild ;;
granary)
    [ $# -gt 1 ] || fail "granary takes a command, such as verify; granary --help lists them"
    granary "${@:2}"
    ;;
database) lock && database ;;
status) status ;;
kill)
    if [[ ${2:-} =~ ^(postgres|standby|database-[123])$ ]]; then
        running "$2" || fail "$2 does not run"
        stop "$2" KILL
        say "$2 was killed"
        exit
    fi
    known_silo "${2:-}" ", and not postgres, standby or database-1 to database-3"
    running "silo-$2" || fail "silo $2 does not run"
    stop "silo-$2" KILL
    say "Silo $2 was killed"
    ;;
start) known_silo "${2:-}" "; ./cluster.sh up starts servers" && lock && start "$2" ;;
rolling) lock && rolling ;;
down) lock && down ;;
"") usage ;;
*)
    say "cluster.sh: no command '$1'" >&2
    usage >&2
    exit 64
    ;;
esac
