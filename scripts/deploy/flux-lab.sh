#!/usr/bin/env bash
# Has Flux's real controllers bring deploy/flux from a Git repository to a running service, on a real API server of this
# machine: builds what is missing, then runs test/lab/flux.test.ts. Everything ends with it.
#   scripts/deploy/flux-lab.sh          build what is missing, and run
#   scripts/deploy/flux-lab.sh build    only build
# Needs Go 1.26, git, and what the lab needs (Linux, root). About 15 minutes and 8 GB of Go's caches the first time, then 6.
set -euo pipefail
cd "$(dirname "$0")/../.."

# The newest that Go 1.26 builds; the definitions in scripts/deploy/schemas.sh are of the same line.
controllers=(source-controller@v1.9.6 kustomize-controller@v1.9.6 helm-controller@v1.6.4 notification-controller@v1.9.3)
tools=${DEPLOY_TOOLS:-$PWD/.deploy-tools}
export DEPLOY_TOOLS=$tools GOTOOLCHAIN=local CGO_ENABLED=0 GOFLAGS=-buildvcs=false
say() { echo "flux-lab: $*"; }

# Built with its own go.mod and go.sum, so with the versions of its release. Only its API, a folder beside it in its
# repository, comes as the module that is published.
build_controller() { # name, version
  local module=github.com/fluxcd/$1 work folder
  if [ -x "$tools/$1" ] && [ "$(cat "$tools/$1.version" 2>/dev/null)" = "$2" ]; then
    say "$1 $2 is there"
    return
  fi
  say "building $1 $2 (some minutes)"
  work=$(mktemp -d)
  folder=$(go mod download -json "$module@$2" | sed -n 's/^\t"Dir": "\(.*\)",/\1/p')
  cp -r "$folder/." "$work"
  chmod -R u+w "$work"
  (
    cd "$work"
    go mod edit -dropreplace="$module/api" -require="$module/api@$2"
    # The proxy has no file of the version that it asks for.
    if [ "$1" = source-controller ]; then go mod edit -replace=github.com/fluxcd/pkg/artifact=github.com/fluxcd/pkg/artifact@v0.18.0; fi
    nice -n 19 go build -mod=mod -trimpath -ldflags '-s -w' -o "$tools/$1" .
  )
  echo "$2" >"$tools/$1.version"
  rm -rf "$work"
}

mkdir -p "$tools"
scripts/deploy/tools.sh
scripts/deploy/lab.sh
for one in "${controllers[@]}"; do build_controller "${one%@*}" "${one#*@}"; done
say "building flux-envsubst"
(cd test/lab/flux/envsubst && nice -n 19 go build -trimpath -ldflags '-s -w' -o "$tools/flux-envsubst" .)
if [ ! -d "$tools/crds/flux" ]; then scripts/deploy/schemas.sh crds "$tools/crds"; fi
if [ "${1:-}" = build ]; then exit 0; fi

say "building the service"
npm run --silent build
say "running test/lab/flux.test.ts: each step is a test; FLUX_EVENTS=FILE keeps what Flux sent"
K8S_LAB=1 FLUX_LAB=1 exec npx vitest run test/lab/flux.test.ts --reporter=verbose
