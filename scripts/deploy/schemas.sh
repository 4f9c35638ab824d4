#!/usr/bin/env bash
# Makes test/deploy/schemas/*.json again: what a manifest may say, as strict JSON schemas. The kinds of Kubernetes come from
# a real API server ($CONTROL_PLANE, a program that runs etcd and kube-apiserver), those of Flux, the Prometheus operator,
# External Secrets and Argo CD from the Go modules that define them. The CustomResourceDefinitions stay in
# .deploy-tools/crds (or the folder that is named). Needs Go, openssl and some minutes the first time.
#   scripts/deploy/schemas.sh          all of it
#   scripts/deploy/schemas.sh crds [FOLDER]   only the CustomResourceDefinitions
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=${DEPLOY_TOOLS:-$PWD/.deploy-tools}
crds=${2:-$tools/crds}
control_plane=${CONTROL_PLANE:-$tools/control-plane}
work=$(mktemp -d)
pids=()
# The API server ends before the etcd that it writes to.
stop() {
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do kill "${pids[i]}" 2>/dev/null && wait "${pids[i]}" || true; done
  rm -rf "$work"
}
trap stop EXIT
say() { echo "schemas: $*"; }

export GOTOOLCHAIN=local GOFLAGS=-mod=mod

# One Go module for each family: their dependencies clash. Newer versions ask for a newer Go, or for modules that cannot be had.
crds_of() { # family, modules (several in one word), packages (several in one word)
  say "reading the types of $1"
  local folder=$work/$1 package
  mkdir -p "$folder" "$crds/$1"
  {
    echo "package crds"
    for package in $3; do echo "import _ \"$package\""; done
  } >"$folder/crds.go"
  (
    cd "$folder"
    printf 'module crds\n\ngo 1.26.0\n' >go.mod
    # shellcheck disable=SC2086 # the modules are several words
    go get $2
    go mod tidy
    rm -f "$crds/$1"/*.yaml
    "$work/bin/controller-gen" crd:maxDescLen=0 paths="${3// /;}" output:crd:dir="$crds/$1"
  ) >"$work/$1.log" 2>&1 || { tail -20 "$work/$1.log"; exit 1; }
}

make_crds() {
  say "building controller-gen"
  GOBIN=$work/bin go install sigs.k8s.io/controller-tools/cmd/controller-gen@v0.21.0
  local flux=github.com/fluxcd external=github.com/external-secrets/external-secrets argo=github.com/argoproj/argo-cd/v3
  local monitoring=github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring
  crds_of flux \
    "$flux/source-controller/api@v1.9.6 $flux/kustomize-controller/api@v1.9.6 $flux/helm-controller/api@v1.6.5 $flux/notification-controller/api@v1.9.4 $flux/image-automation-controller/api@v1.2.5 $flux/image-reflector-controller/api@v1.2.5" \
    "$flux/source-controller/api/v1 $flux/kustomize-controller/api/v1 $flux/helm-controller/api/v2 $flux/notification-controller/api/v1 $flux/notification-controller/api/v1beta3 $flux/image-automation-controller/api/v1 $flux/image-reflector-controller/api/v1"
  crds_of prometheus-operator "$monitoring@v0.95.2" "$monitoring/v1"
  crds_of external-secrets "$external@v0.16.2" "$external/apis/externalsecrets/v1 $external/apis/externalsecrets/v1beta1"
  crds_of argo-cd "$argo@v3.2.6" "$argo/pkg/apis/application/v1alpha1"
  say "CustomResourceDefinitions are in $crds"
}

# The API server says itself what its kinds may hold. It runs for the few seconds that this takes.
read_openapi() {
  [ -x "$control_plane" ] || { say "no API server: \$CONTROL_PLANE names no program (now $control_plane)"; exit 1; }
  local pki=$work/pki etcd=http://127.0.0.1:${ETCD_PORT:-23790} peer=http://127.0.0.1:${ETCD_PEER_PORT:-23791} port=${API_PORT:-26443}
  mkdir -p "$pki" "$work/openapi"
  (
    cd "$pki"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.crt
    openssl req -newkey rsa:2048 -nodes -subj /CN=kube-apiserver -keyout tls.key -out tls.csr
    openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out tls.crt -extfile <(echo subjectAltName=IP:127.0.0.1)
    openssl genrsa -out sa.key 2048
    openssl rsa -in sa.key -pubout -out sa.pub
    echo "for-the-schemas,admin,admin,system:masters" >tokens.csv
  ) 2>/dev/null
  say "starting an API server"
  "$control_plane" etcd --data-dir "$work/etcd" --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" \
    --unsafe-no-fsync --log-level error >"$work/etcd.log" 2>&1 &
  pids+=($!)
  "$control_plane" kube-apiserver --etcd-servers="$etcd" --secure-port="$port" --bind-address=127.0.0.1 --advertise-address=127.0.0.1 \
    --endpoint-reconciler-type=none --cert-dir="$pki" --tls-cert-file="$pki/tls.crt" --tls-private-key-file="$pki/tls.key" \
    --client-ca-file="$pki/ca.crt" --token-auth-file="$pki/tokens.csv" --authorization-mode=RBAC --service-cluster-ip-range=10.96.0.0/16 \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$pki/sa.pub" \
    --service-account-signing-key-file="$pki/sa.key" >"$work/apiserver.log" 2>&1 &
  pids+=($!)
  ask() { curl -fsS --cacert "$pki/ca.crt" -H "Authorization: Bearer for-the-schemas" "https://127.0.0.1:$port$1"; }
  local waited=0 group
  until ask /readyz >/dev/null 2>&1; do
    [ "$waited" -lt 120 ] || { say "the API server did not become ready"; tail -5 "$work/apiserver.log"; exit 1; }
    sleep 1 && waited=$((waited + 1))
  done
  ask /version >"$work/openapi/version.txt"
  for group in api/v1 apis/{apps,batch,networking.k8s.io,policy,rbac.authorization.k8s.io,apiextensions.k8s.io}/v1; do
    ask "/openapi/v3/$group" >"$work/openapi/${group//\//_}.json"
  done
}

make_crds
[ "${1:-}" = crds ] && exit
read_openapi
npx tsx test/deploy/make-schemas.ts "$work/openapi" "$crds"
