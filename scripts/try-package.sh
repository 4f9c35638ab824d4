#!/usr/bin/env bash
# Packs the package and installs it into an empty folder without any network, as somebody behind a firewall does; then
# runs it there. Usage: scripts/try-package.sh [npm command, default npm]
set -euo pipefail
cd "$(dirname "$0")/.."
NPM=${1:-npm}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/komodor-port-package.XXXXXX")
trap 'rm -rf "$WORK"' EXIT

"$NPM" pack --silent --pack-destination "$WORK" > "$WORK/pack.log"
mkdir "$WORK/empty"
cd "$WORK/empty"
echo '{"private": true}' > package.json
"$NPM" install --offline --cache "$WORK/cache" "$WORK"/*.tgz > "$WORK/install.log" 2>&1 || { cat "$WORK/install.log"; exit 1; }
if grep -E 'jq|EBADENGINE|scripts' "$WORK/install.log"; then
  echo 'package: FAIL  installing it is not quiet'
  exit 1
fi
node_modules/.bin/komodor-port --version
node_modules/.bin/komodor-port validate
node_modules/.bin/komodor-port demo --once > "$WORK/demo.log" 2>&1 || { tail -n 20 "$WORK/demo.log"; exit 1; }
echo "package: ok    installs with npm $("$NPM" --version) without a network, and runs"
