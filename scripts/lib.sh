# shellcheck shell=bash
# What scripts/up, scripts/down and scripts/test share. Sourced from the project's root folder.

fail() {
  printf '%s\n' "$*" >&2
  exit 2
}

# Node's packages, from the lock file, unless they are there already.
install_packages() {
  command -v node >/dev/null || fail "Node 20.19 or later is needed: see https://nodejs.org, or apt-get install nodejs"
  command -v npm >/dev/null || fail "npm is needed: it comes with Node (Debian: apt-get install npm)"
  mkdir -p .landfall/locks
  if command -v flock >/dev/null; then
    flock .landfall/locks/npm.flock node scripts/packages.cjs
  else
    node scripts/packages.cjs
  fi
}

# The rest is TypeScript: run_cli <module of toolchain/> <arguments>
run_cli() {
  export LANDFALL_STARTED_AT="$started_at"
  exec node -e 'require("./bin/load.cjs")("toolchain/" + process.argv[1]).main(process.argv.slice(2))' -- "$@"
}

started_at=$(date +%s%3N)
