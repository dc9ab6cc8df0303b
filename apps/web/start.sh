#!/bin/sh
# Writes nginx's configuration and config.js from the environment, then becomes nginx.
#
# API_BASE_URL  where the page finds the API: an origin such as https://api.example.com, or "/" for the page's own
#               origin. Default: the page's own host name, on API_PORT.
# API_PORT      default 3000
set -eu

fail() {
  echo "{\"level\":\"fatal\",\"message\":\"$1\"}" >&2
  exit 2
}

api_port=${API_PORT:-3000}
case $api_port in
  *[!0-9]* | 0* | ??????*) fail "API_PORT must be a port number" ;;
esac

api_base_url=${API_BASE_URL:-}
case $api_base_url in
  "")
    connect_src="http://\$page_host:$api_port https://\$page_host:$api_port ws://\$page_host:$api_port wss://\$page_host:$api_port"
    ;;
  /) connect_src="'self'" ;;
  http://* | https://*)
    printf '%s' "$api_base_url" | grep -Eq '^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$' ||
      fail "API_BASE_URL must be an origin without a path, such as https://api.example.com"
    connect_src="$api_base_url ws${api_base_url#http}"
    ;;
  *) fail "API_BASE_URL must be an origin such as https://api.example.com, or /" ;;
esac

source=${WEB_SOURCE:-/etc/landfall-web}
target=/tmp/web
mkdir -p "$target"
sed "s|@connect_src@|$connect_src|" "$source/nginx.conf.template" >"$target/nginx.conf"
printf 'window.LANDFALL_CONFIG = { apiBaseUrl: "%s", apiPort: %s };\n' "$api_base_url" "$api_port" >"$target/config.js"

exec nginx -e /dev/stderr -c "$target/nginx.conf" -g 'daemon off;'
