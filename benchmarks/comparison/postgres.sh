# A PostgreSQL server for the benchmark: durable (fsync on), the same settings for every contender, stopped by pg_ctl.
postgres_bin=${POSTGRES_BIN:-/usr/lib/postgresql/15/bin}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

postgres_directories=()
start_postgres() { # argument: the name of its directory, "data" by default; sets postgres_port and postgres_pid
    local directory=$workspace/pg/${1:-data}
    postgres_port=$(free_port)
    mkdir -p "$workspace/pg"
    if [ "$(id -u)" = 0 ]; then chown postgres "$workspace/pg"; chmod 711 "$workspace"; fi
    as_postgres "$postgres_bin/initdb" -D "$directory" -U granary -A trust -E UTF8 --locale=C >/dev/null
    cat >>"$directory/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $postgres_port
unix_socket_directories = '$workspace/pg'
fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = off
wal_level = replica
shared_buffers = 512MB
max_wal_size = 8GB
checkpoint_timeout = 30min
max_connections = 300
autovacuum_naptime = 10s
log_min_messages = warning
CONF
    as_postgres "$postgres_bin/pg_ctl" -D "$directory" -l "$directory-log" -w start >/dev/null
    postgres_pid=$(head -1 "$directory/postmaster.pid")
    postgres_directories+=("$directory")
}

stop_postgres() {
    local directory
    for directory in "${postgres_directories[@]}"; do
        as_postgres "$postgres_bin/pg_ctl" -D "$directory" -m fast -w stop >/dev/null || true
    done
    postgres_directories=() postgres_pid=""
}

sql() { PGOPTIONS="-c client_min_messages=warning" "$postgres_bin/psql" -h 127.0.0.1 -p "$postgres_port" -U granary -d "$1" -qtAX -c "$2"; }

new_database() {
    sql postgres "drop database if exists bench with (force)"
    sql postgres "create database bench"
}
