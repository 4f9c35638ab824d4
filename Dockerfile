# komodor-port: the compiled program, its production dependencies, Node.js, a native jq 1.8, and nothing else.
# docs/container.md says how to run it; scripts/image/build-and-test.sh builds and tries it.
ARG NODE_IMAGE=docker.io/library/node:22-trixie-slim
# The same Debian without npm, yarn and headers, which a running service has no use for.
ARG RUNTIME_IMAGE=docker.io/library/debian:trixie-slim

# Built once, on the machine that builds, for every platform: what comes out is JavaScript, which a check below makes sure of.
FROM --platform=${BUILDPLATFORM} ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without install scripts: they would build before the sources are here.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json vite.config.ts ./
COPY src src
COPY web web
# The page tells from it what to do about a problem.
COPY docs/errors.md docs/errors.md
COPY LICENSE ./
COPY mappings mappings
COPY blueprints blueprints
COPY scripts scripts
# Optional ones go too: a compiler that is a peer of a peer, and a native addon that has a substitute in JavaScript.
# Then what only compilers, debuggers and people read (licences stay, and the readmes that may hold one), the packages' own
# tests and examples, and the file modes of whatever machine builds this.
RUN npm run build \
  && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  && find node_modules -type d \
     -regex '.*node_modules/\(@[^/]*/\)?[^/@]*/\(test\|tests\|__tests__\|examples?\|benchmarks?\|docs\|\.github\)' \
     -prune -exec rm -r {} + \
  && find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name '*.[mM][dD]' \
     ! -iname 'readme*' ! -iname 'licen[cs]e*' ! -iname 'notice*' \) -delete \
  && find node_modules -type d -empty -delete \
  && test -z "$(find node_modules -name '*.node')" \
  && chmod -R u=rwX,go=rX . && chmod 755 dist/cli.js

# Node.js of the platform that the image is for.
FROM ${NODE_IMAGE} AS node

FROM ${RUNTIME_IMAGE}
# Debian 13 has jq 1.7, which differs from 1.8 (docs/jq.md). Debian 14 (forky) has 1.8, which runs on the libraries of
# Debian 13: jq and its two libraries come from there, and nothing else may. The other libraries are what node links to.
# No versions: a mirror keeps only the newest of each, and a rebuild is how fixes get in. Without a mirror the second
# apt-get fails. The format in single quotes is for apt-get.
# hadolint ignore=DL3008,DL4006,SC2016
RUN apt-get update \
  && mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep --invert-match security | head --lines 1) \
  && echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror forky main" > /etc/apt/sources.list.d/forky.list \
  && printf '%s\n' 'Package: *' 'Pin: release n=forky' 'Pin-Priority: -1' '' \
    'Package: jq libjq1 libonig5' 'Pin: release n=forky' 'Pin-Priority: 990' > /etc/apt/preferences.d/forky \
  && apt-get update \
  && apt-get install --yes --no-install-recommends jq libatomic1 libstdc++6 tini \
  && rm -rf /etc/apt/sources.list.d/forky.list /etc/apt/preferences.d/forky \
     /var/lib/apt/lists/* /var/cache/apt/* /var/cache/ldconfig/* /var/log/* \
  && useradd --uid 1000 --gid 0 --no-create-home --home-dir /app --shell /usr/sbin/nologin komodor-port \
  && ln -s /app/dist/cli.js /usr/local/bin/komodor-port
COPY --from=node /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/mappings mappings
COPY --from=build /app/blueprints blueprints
COPY --from=build /app/scripts scripts
COPY --from=build /app/package.json /app/LICENSE ./
ENV NODE_ENV=production
# Fails the build when Node.js and the base do not fit together, or when jq does not behave as the program needs it.
RUN komodor-port --version \
  && komodor-port validate --json > /tmp/validate.json \
  && grep --quiet '"flavour": "native"' /tmp/validate.json && rm /tmp/validate.json

ARG VERSION=unknown
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="komodor-port-integration" \
  org.opencontainers.image.description="Keeps a Port software catalog true to what Komodor sees in Kubernetes" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}" \
  org.opencontainers.image.documentation="${SOURCE}#readme"

# Everything above belongs to root and is only read, so any other user id with group 0 works as well (OpenShift).
# /tmp is the one place that may be written to, and a native jq does not need even that.
USER 1000:0
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "/app/scripts/image/health.mjs"]
ENTRYPOINT ["/usr/bin/tini", "--", "node", "--enable-source-maps", "/app/dist/cli.js"]
CMD ["start"]
