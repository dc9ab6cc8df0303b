#!/usr/bin/env bash
# Lints, type-checks and tests the predictor in a virtual environment of its own. Arguments go to pytest.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=$root/.landfall/cache/venv-predictor

wanted=$(sha256sum <"$here/requirements-dev.txt")
if [[ ! -x $venv/bin/python3 || $(cat "$venv/.requirements" 2>/dev/null) != "$wanted" ]]; then
  echo "predictor: making the virtual environment ${venv#"$root"/}" >&2
  rm -rf "$venv"
  mkdir -p "${venv%/*}"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements-dev.txt"
  printf '%s\n' "$wanted" >"$venv/.requirements"
fi

cd "$here"
export PYTHONDONTWRITEBYTECODE=1
"$venv/bin/ruff" check --quiet --no-cache .
"$venv/bin/ruff" format --check --quiet --no-cache .
"$venv/bin/mypy" --no-error-summary --cache-dir "$root/.landfall/cache/mypy" predictor tests
exec "$venv/bin/python3" -m pytest "$@"
