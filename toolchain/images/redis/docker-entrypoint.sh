#!/bin/sh
set -e

# Options and a config file are redis-server's.
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
    set -- redis-server "$@"
fi

if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis:redis '{}' +
    exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
fi

if [ "$1" = redis-server ]; then
    if [ "$(umask)" = 0022 ]; then umask 0077; fi
    # Protected mode answers only loopback while there is no password, so that in a container it answers nobody.
    # The container's network is the guard here, as in the official image; a config file that sets it has its way.
    shift
    case "${1:-}" in
        '' | -*) set -- redis-server --protected-mode no "$@" ;;
        *)
            config="$1"
            shift
            if grep -qsi '^[[:space:]]*protected-mode[[:space:]]' "$config"; then
                set -- redis-server "$config" "$@"
            else
                set -- redis-server "$config" --protected-mode no "$@"
            fi
            ;;
    esac
fi

exec "$@"
