#!/usr/bin/env bash
# Type-checks and tests the API: "unit" alone, or with real Postgres and Redis in containers (the default).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

wanted=$(sha256sum <package-lock.json)
if [[ $(cat node_modules/.package-lock.sum 2>/dev/null) != "$wanted" ]]; then
  npm ci --no-audit --no-fund --loglevel error
  printf '%s\n' "$wanted" >node_modules/.package-lock.sum
fi

node_modules/.bin/tsc -p .
files=('test/unit/**/*.test.js')
[[ ${1:-} == unit ]] || files+=('test/integration/**/*.test.js')
exec node_modules/.bin/mocha --no-config "${files[@]}"
