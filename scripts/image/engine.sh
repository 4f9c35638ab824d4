# shellcheck shell=bash disable=SC2034
# Finds a Docker engine, or starts a private one where that can be done without asking anybody (root on Debian). Sourced
# by build-and-test.sh. After `find_engine`: DOCKER is the client, PRIVATE says whether the engine is ours alone.

DOCKER=docker
PRIVATE=no
ENGINE_PID=

find_engine() {
  if command -v docker > /dev/null && timeout 20 docker info > /dev/null 2>&1; then return; fi
  if [ "$(id -u)" != 0 ] || ! grep -qs '^ID=debian' /etc/os-release; then
    skip 'no Docker engine runs here, and only root on Debian could start one'
  fi
  say '...   no Docker engine runs here: installing one with apt-get, unless it is there, and starting it for this script only'
  install_engine > "$WORK/install.log" 2>&1 || skip 'no Docker engine runs here, and none could be installed with apt-get'
  start_engine || skip "the Docker engine could not be started here: $(tail -n 1 "$WORK/engine.log")"
}

install_engine() {
  local packages=(docker.io iptables mmdebstrap)
  if dpkg-query --show "${packages[@]}"; then return; fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get install --yes --no-install-recommends "${packages[@]}" ||
    { apt-get update && apt-get install --yes --no-install-recommends "${packages[@]}"; }
}

# An engine of our own: own data, own socket, gone at the end. overlay2 or nothing: the substitute takes many minutes.
start_engine() {
  DOCKER=/usr/bin/docker
  PRIVATE=yes
  export DOCKER_HOST=unix://$WORK/docker.sock DOCKER_CONFIG=$WORK/config DOCKER_BUILDKIT=1
  dockerd --data-root "$WORK/data" --exec-root "$WORK/exec" --pidfile "$WORK/docker.pid" --host "$DOCKER_HOST" \
    --storage-driver overlay2 > "$WORK/engine.log" 2>&1 &
  ENGINE_PID=$!
  for _ in $(seq 60); do
    if "$DOCKER" info > /dev/null 2>&1; then return; fi
    kill -0 "$ENGINE_PID" 2> /dev/null || return 1
    sleep 0.5
  done
  return 1
}

stop_engine() {
  [ -n "$ENGINE_PID" ] || return 0
  kill "$ENGINE_PID" 2> /dev/null || true
  wait "$ENGINE_PID" 2> /dev/null || true
  awk -v below="$WORK/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r | xargs --no-run-if-empty umount
}
