#!/usr/bin/env bash
# Restores the newest backup beside the product and verifies it. Fails if there is none, or if its journal is not sound.
#   ops/restore-drill.sh DIRECTORY
# With a dump of PostgreSQL it creates the database granary_drill, which it drops in the end, on the server that the variables of
# libpq name. GRANARY is the program. docs/production.md explains both.
set -euo pipefail
umask 077
directory=${1:?the directory of the backups}
program=${GRANARY:-/opt/granary/current/Granary.Api}
newest=$(find "$directory" -maxdepth 1 -type f \( -name 'granary-*.dump' -o -name 'granary-*.db' \) | sort | tail -1)
[ -n "$newest" ] || { echo "There is no backup in $directory." >&2; exit 1; }
echo "Restoring $newest"
restored=$(mktemp --directory)
trap 'rm -rf "$restored"' EXIT

case $newest in
*.dump)
    drill=granary_drill
    dropdb --if-exists "$drill"
    createdb "$drill"
    trap 'dropdb --if-exists "$drill"; rm -rf "$restored"' EXIT
    pg_restore --dbname="$drill" --no-owner --exit-on-error "$newest"
    export Granary__Storage=PostgreSql
    export ConnectionStrings__Granary="Host=${PGHOST:-/run/postgresql};Port=${PGPORT:-5432};Username=${PGUSER:-$(id -un)};Database=$drill${PGPASSWORD:+;Password=$PGPASSWORD}"
    ;;
*)
    cp "$newest" "$restored/granary.db"
    export Granary__Storage=Sqlite
    ;;
esac
Granary__DataDirectory=$restored "$program" verify
