#!/bin/sh
set -e

if [ "${1#-}" != "$1" ]; then
    set -- haproxy "$@"
fi

if [ "$1" = haproxy ]; then
    shift
    # Master and workers, so that SIGUSR2 reloads; in the foreground, so that the container lives as long as they do.
    set -- haproxy -W -db "$@"
fi

exec "$@"
