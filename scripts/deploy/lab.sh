#!/usr/bin/env bash
# Builds the control plane of the lab: etcd, kube-apiserver, kube-controller-manager and kube-scheduler in one program.
# It lies in $DEPLOY_TOOLS, else in .deploy-tools (which git ignores), and is built once for each version of Kubernetes.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
source="$root/test/lab/control-plane"
tools=${DEPLOY_TOOLS:-$root/.deploy-tools}
program="$tools/control-plane"
version=$(sed -n 's#^\tk8s.io/kubernetes v\([0-9.]*\)$#\1#p' "$source/go.mod")

if [ -x "$program" ] && "$program" kube-apiserver --version | grep --quiet --fixed-strings --line-regexp "Kubernetes v$version"; then
  echo "control plane $version: is there, $program"
  exit 0
fi
if ! command -v go > /dev/null; then
  echo "control plane $version: SKIPPED, there is no Go here (Go 1.26 or newer builds it)"
  exit 0
fi

echo "control plane $version: building; about 4 minutes on 2 idle processors, 2.5 GB of memory, 3 GB in Go's caches"
began=$SECONDS
mkdir -p "$tools"
minor=$(cut -d . -f 2 <<< "$version")
name=k8s.io/component-base/version
# Without its version the server calls itself v0.0.0-master+$Format, which kubectl and Helm cannot read.
(cd "$source" && CGO_ENABLED=0 nice -n 19 go build -trimpath \
  -ldflags "-s -w -X $name.gitVersion=v$version -X $name.gitMajor=${version%%.*} -X $name.gitMinor=$minor" \
  -o "$program.new" .)
mv "$program.new" "$program"
echo "control plane $version: built in $((SECONDS - began)) seconds, $program"
