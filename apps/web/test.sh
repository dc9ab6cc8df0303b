#!/usr/bin/env bash
# Tests the page's scripts, and its image with Docker. "unit" runs the first alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
files=('test/**/*.test.js')
[[ ${1:-} == unit ]] && files=(test/api.test.js)
exec ../../node_modules/.bin/mocha --no-config --no-package --exit --forbid-only "${files[@]}"
