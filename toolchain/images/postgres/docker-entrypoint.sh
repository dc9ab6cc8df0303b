#!/bin/bash
# The official image's contract: at the first start a cluster is made from POSTGRES_PASSWORD, POSTGRES_USER,
# POSTGRES_DB (each also as NAME_FILE), POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD and the scripts in
# /docker-entrypoint-initdb.d; then Postgres runs with the arguments given.
#
# The cluster is made in a folder of its own inside PGDATA and moved up when it is complete, PG_VERSION last. So
# PG_VERSION says "complete", and a start that finds the folder without it finds the rest of an interrupted
# attempt, which it throws away.
set -Eeuo pipefail

staging="$PGDATA/.initialising"

main() {
    if [ "${1:0:1}" = '-' ]; then set -- postgres "$@"; fi
    if [ "${1:-}" = postgres ] && ! asks_for_information "$@"; then
        if [ "$(id -u)" = 0 ]; then
            own_folders
            HOME=/var/lib/postgresql exec setpriv --reuid=postgres --regid=postgres --init-groups "$BASH_SOURCE" "$@"
        fi
        if [ ! -s "$PGDATA/PG_VERSION" ]; then
            initialise "${@:2}"
        elif [ -d "$staging" ]; then
            rmdir "$staging"
        fi
        unset POSTGRES_PASSWORD
    fi
    exec "$@"
}

asks_for_information() {
    local argument
    for argument; do
        case "$argument" in
            -'?' | --help | --describe-config | -V | --version) return 0 ;;
        esac
    done
    return 1
}

own_folders() {
    mkdir -p "$PGDATA" /var/run/postgresql
    # Some volumes refuse; Postgres itself checks the modes that it relies on.
    chmod 700 "$PGDATA" || true
    chmod 3775 /var/run/postgresql || true
    find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres:postgres '{}' +
}

initialise() {
    file_env POSTGRES_PASSWORD ''
    file_env POSTGRES_USER postgres
    file_env POSTGRES_DB "$POSTGRES_USER"
    file_env POSTGRES_INITDB_ARGS ''
    : "${POSTGRES_HOST_AUTH_METHOD:=scram-sha-256}"
    check_settings
    discard_unfinished
    check_empty

    # As process 1 the shell has no default action for a stop.
    trap 'exit 130' INT TERM
    echo "Making a new cluster in $PGDATA"
    mkdir -m 700 "$staging"
    if [ -n "$POSTGRES_PASSWORD" ]; then
        eval 'run_initdb --auth-host=scram-sha-256 --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"$POSTGRES_INITDB_ARGS"
    else
        eval 'run_initdb --auth-host=trust '"$POSTGRES_INITDB_ARGS"
    fi
    printf '\nhost all all all %s\n' "$POSTGRES_HOST_AUTH_METHOD" >> "$staging/pg_hba.conf"
    set_up "$@"
    publish
    echo 'The new cluster is complete.'
}

run_initdb() {
    initdb --pgdata="$staging" --username="$POSTGRES_USER" --encoding=UTF8 --auth-local=trust \
        --no-sync "$@"
}

# Reads NAME, or the file that NAME_FILE names, or takes the default.
file_env() {
    local name="$1" file_name="${1}_FILE" default="$2"
    if [ -n "${!name:-}" ] && [ -n "${!file_name:-}" ]; then
        fail "$name and $file_name are both set: set one of them"
    fi
    local value="${!name:-$default}"
    if [ -n "${!file_name:-}" ]; then
        value="$(< "${!file_name}")" || fail "$file_name: cannot read ${!file_name}"
    fi
    export "$name=$value"
    unset "$file_name"
}

check_settings() {
    if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
        fail "a new cluster needs a password: set POSTGRES_PASSWORD_FILE (or POSTGRES_PASSWORD)." \
            'POSTGRES_HOST_AUTH_METHOD=trust would let everybody in without one.'
    fi
    if [ -n "${POSTGRES_INITDB_WALDIR:-}" ]; then
        fail 'POSTGRES_INITDB_WALDIR is not supported by this image: leave it out'
    fi
}

# The folder itself goes last, so that an interruption leaves the mark that lets the next start go on.
discard_unfinished() {
    [ -d "$staging" ] || return 0
    echo "An earlier start was interrupted before its cluster was complete: starting over"
    find "$PGDATA" -mindepth 1 -maxdepth 1 \! -name lost+found \! -path "$staging" -exec rm -rf '{}' +
    rm -rf "$staging"
}

check_empty() {
    if [ -n "$(find "$PGDATA" -mindepth 1 -maxdepth 1 \! -name lost+found -print -quit)" ]; then
        fail "$PGDATA holds files, but no Postgres cluster: give the container an empty volume"
    fi
}

# The temporary server listens on a private socket only, so that no health check takes it for the real one.
set_up() {
    local sockets
    sockets="$(mktemp -d)"
    export PGHOST="$sockets" PGUSER="$POSTGRES_USER" PGPORT=5432
    PGDATA="$staging" pg_ctl --silent --wait --timeout=300 start \
        -o "$(printf '%q ' "$@" -c listen_addresses= -c unix_socket_directories="$sockets" -p 5432 -c fsync=off)"
    if [ "$POSTGRES_DB" != postgres ]; then
        query --dbname postgres --set db="$POSTGRES_DB" <<< 'CREATE DATABASE :"db";'
    fi
    export PGDATABASE="$POSTGRES_DB"
    run_scripts
    PGDATA="$staging" pg_ctl --silent --wait --timeout=300 --mode=fast stop
    unset PGHOST PGUSER PGPORT PGDATABASE
    rm -rf "$sockets"
}

run_scripts() {
    local script
    for script in /docker-entrypoint-initdb.d/*; do
        case "$script" in
            *.sh) echo "Running $script"; if [ -x "$script" ]; then "$script"; else . "$script"; fi ;;
            *.sql) echo "Running $script"; query --file "$script" ;;
            *.sql.gz) echo "Running $script"; gunzip --stdout "$script" | query ;;
            *) if [ -e "$script" ]; then echo "Leaving $script alone: it is neither .sh, .sql nor .sql.gz"; fi ;;
        esac
    done
}

query() {
    psql --no-psqlrc --no-password --quiet --set ON_ERROR_STOP=1 "$@"
}

# All of it is written out once, here: until PG_VERSION is in place, nothing of it counts.
publish() {
    initdb --sync-only --pgdata="$staging" > /dev/null
    find "$staging" -mindepth 1 -maxdepth 1 \! -name PG_VERSION -exec mv -t "$PGDATA" '{}' +
    sync "$PGDATA" "$staging"
    mv "$staging/PG_VERSION" "$PGDATA/"
    rmdir "$staging"
    sync "$PGDATA"
}

fail() {
    echo "postgres: $*" >&2
    exit 1
}

main "$@"
