#!/usr/bin/env bash
# Builds what a release consists of twice from the last commit, in two folders that differ in whatever must not matter (path,
# time, time zone, locale, umask), and compares the bytes. docs/releasing.md says what is not in our hands.
# Usage: scripts/deploy/reproduce.sh [PART]...   parts: dist sbom chart package; without any, all of them
# Helm 4 is looked for in DEPLOY_TOOLS, .deploy-tools and the PATH; without it the chart is skipped, and that is said.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- dist sbom chart package
PARTS=$*
ROOT=$PWD
WORK=$(mktemp -d "${TMPDIR:-/tmp}/komodor-port-reproduce.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
unset SOURCE_DATE_EPOCH
different=0

# The commit in a folder of its own. Dependencies are ours: `npm ci` gives everybody the same.
# npm packs no dependencies through a link to their folder, so it gets hard links.
check_out() {
  mkdir -p "$1"
  git archive HEAD | tar -x -m --no-same-permissions -C "$1"
  if [[ " $PARTS " == *' package '* ]]; then cp -al "$ROOT/node_modules" "$1/"; else ln -s "$ROOT/node_modules" "$1/"; fi
}

# Both run the same command: one as it comes, the other under other circumstances.
both() {
  (cd "$ONE" && "$@")
  (cd "$OTHER" && umask 077 && TZ=Pacific/Kiritimati LC_ALL=C "$@")
}

compare() {
  local what=$1 one other
  one=$(sum "$ONE/$2") other=$(sum "$OTHER/$2")
  if [ "$one" = "$other" ]; then
    echo "reproduce: ok    $what is $one both times (${SECONDS} s)"
  else
    echo "reproduce: FAIL  $what differs: $one, $other"
    diff -rq "$ONE/$2" "$OTHER/$2" || true
    different=1
  fi
}

# The sum of a file, or of all names and contents of a folder.
sum() {
  if [ -d "$1" ]; then
    (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -c -16
  else
    sha256sum < "$1" | cut -c -16
  fi
}

find_helm() {
  local folder
  for folder in "${DEPLOY_TOOLS:-}" "$ROOT/.deploy-tools"; do
    if [ -x "$folder/helm4" ]; then echo "$folder/helm4" && return; fi
  done
  command -v helm4 || { command -v helm > /dev/null && helm version --short | grep -q '^v4' && command -v helm; }
}

ONE=$WORK/one OTHER=$WORK/some/where/else
check_out "$ONE"
sleep 1.1 # files get another second
(umask 077 && check_out "$OTHER")

for part in "$@"; do
  case $part in
    dist)
      both npm run --silent build
      compare 'dist' dist
      ;;
    sbom)
      both sh -c 'npm run --silent sbom > sbom.cdx.json'
      compare 'the bill of materials' sbom.cdx.json
      ;;
    chart)
      if [ ! -d deploy/helm/komodor-port ] || ! helm=$(find_helm); then
        echo 'reproduce: skipped  the chart, there is no Helm 4 here'
        continue
      fi
      scripts/deploy/package-chart.sh "$helm" "$ONE" > /dev/null
      sleep 1.1
      (umask 077 && TZ=Pacific/Kiritimati scripts/deploy/package-chart.sh "$helm" "$OTHER" > /dev/null)
      compare 'the chart' "$(cd "$ONE" && echo komodor-port-*.tgz)"
      ;;
    package)
      both npm pack --silent > /dev/null 2>&1
      mv "$ONE"/komodor-port-integration-*.tgz "$ONE/package.tgz"
      mv "$OTHER"/komodor-port-integration-*.tgz "$OTHER/package.tgz"
      compare 'the npm package' package.tgz
      ;;
    *)
      echo "$part is no part of a release; there are dist, sbom, chart and package" >&2
      exit 2
      ;;
  esac
done
exit $different
