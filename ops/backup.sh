#!/usr/bin/env bash
# Writes one backup of Granary's store while the product runs, and removes those that are older than some days.
#   ops/backup.sh DIRECTORY [DAYS]
# The store is the one of the settings: with Granary__Storage=PostgreSql the database that the variables of libpq name (PGHOST,
# PGDATABASE, PGUSER), otherwise the embedded one. GRANARY is the program. docs/production.md explains both.
set -euo pipefail
umask 077
directory=${1:?a directory for the backups}
days=${2:-14}
program=${GRANARY:-/opt/granary/current/Granary.Api}
name=$directory/granary-$(date -u +%Y%m%dT%H%M%SZ)

if [ "${Granary__Storage:-Sqlite}" = PostgreSql ]; then
    # One snapshot: everything that was acknowledged before it began. A dump that breaks off never has its final name.
    target=$name.dump
    trap 'rm -f "$target.partial"' EXIT
    pg_dump --format=custom --file="$target.partial"
    pg_restore --list "$target.partial" >/dev/null
    mv "$target.partial" "$target"
else
    target=$name.db
    "$program" backup "$target"
fi

# Only after a backup that succeeded, so that the last one is never removed.
find "$directory" -maxdepth 1 -type f -name 'granary-*' -mtime "+$days" -delete
echo "$target: $(stat --format=%s "$target") bytes"
