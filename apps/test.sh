#!/usr/bin/env bash
# Tests all applications, goes on after a failure, and fails if one of them did. "unit" leaves out what needs Docker.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
failed=()
run() {
  echo "== $1"
  "$here/$1/test.sh" "${@:2}" || failed+=("$1")
}
run predictor
run api "$@"
run web "$@"
((${#failed[@]} == 0)) || { echo "failed: ${failed[*]}" >&2; exit 1; }
