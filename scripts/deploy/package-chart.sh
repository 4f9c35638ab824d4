#!/usr/bin/env bash
# Packages the chart as it is in the last commit, with the commit's time on every file: Helm 4 puts the files' times into the
# archive, so that the same commit gives the same bytes. (Helm 3 puts in the time of the call, whatever the files say.)
# Usage: scripts/deploy/package-chart.sh HELM DESTINATION
set -euo pipefail
helm=${1:?which helm} destination=$(realpath "${2:?where to}")
cd "$(dirname "$0")/../.."
work=$(mktemp -d "${TMPDIR:-/tmp}/komodor-port-chart.XXXXXX")
trap 'rm -rf "$work"' EXIT

git archive HEAD deploy/helm/komodor-port | tar -x -C "$work"
"$helm" package "$work/deploy/helm/komodor-port" --destination "$destination"
