#!/usr/bin/env bash
# Proves on a copy of the sources that a new kind is four files and no other change: what `npm run new-kind` writes compiles,
# is read whole, survives every fault of a listing, and reaches Port; only what it leaves to think about fails.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy" 2>/dev/null
ln -s "$PWD/node_modules" "$copy/node_modules"
cd "$copy"

node scripts/new-kind.mjs probeThing >/dev/null
npx tsc --noEmit
npx biome check src/komodor/kinds src/sandbox/komodor/kinds >/dev/null
npx vitest run test/komodor/kinds.test.ts -t komodorProbeThing
ADD_ONS=probe-things npx tsx src/cli.ts validate
npx tsx src/cli.ts demo --all --once >demo.txt
grep 'komodorProbeThing .*created' demo.txt

if npx vitest run test/house/left-to-do.test.ts >todo.txt 2>&1; then
  echo "what is left to think about was not noticed"
  exit 1
fi
grep -q 'src/komodor/kinds/probe-thing.ts' todo.txt
echo "a new kind: four files, no other change"
