#!/bin/sh
set -e

# /etc/nginx/templates/x.conf.template becomes /etc/nginx/conf.d/x.conf, with the environment's variables filled in.
render_templates() {
    templates="${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}"
    output="${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}"
    suffix="${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}"
    [ -d "$templates" ] || return 0
    # Only variables that exist are replaced: nginx has its own, such as $uri.
    names=$(awk 'BEGIN { for (name in ENVIRON) if (name ~ /^[A-Za-z_][A-Za-z0-9_]*$/) printf "${%s} ", name }')
    find "$templates" -follow -type f -name "*$suffix" | sort | while read -r template; do
        relative="${template#"$templates"/}"
        target="$output/${relative%"$suffix"}"
        mkdir -p "$(dirname "$target")"
        envsubst "$names" < "$template" > "$target"
    done
}

run_scripts() {
    for script in /docker-entrypoint.d/*; do
        case "$script" in
            *.envsh) if [ -x "$script" ]; then . "$script"; fi ;;
            *.sh) if [ -x "$script" ]; then "$script"; fi ;;
        esac
    done
}

if [ "$1" = nginx ] || [ "$1" = nginx-debug ]; then
    run_scripts
    render_templates
fi

exec "$@"
