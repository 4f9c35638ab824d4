#!/usr/bin/env bash
# Builds the image from the Dockerfile as it is and tries it the way it is meant to run: read-only root, user 1000, no
# capabilities, no new privileges. Takes about two minutes. Where no Docker engine can be had it says so and exits 0.
# Each line has the seconds since the start; "..." is what begins, ok and FAIL are how a check ended.
# Usage: scripts/image/build-and-test.sh
# With an engine that runs already the official base images are used, and pulled by it when absent. Else, as root on
# Debian, a private engine is started, with stand-ins for the base images (stand-ins.sh).
# shellcheck disable=SC2317 # functions are called through `check` and `trap`
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=scripts/image/engine.sh
. scripts/image/engine.sh
# shellcheck source=scripts/image/stand-ins.sh
. scripts/image/stand-ins.sh

WORK=$(mktemp -d "${TMPDIR:-/tmp}/komodor-port-image.XXXXXX")
NAME=komodor-port-image-test-$$
IMAGE=$NAME
PASSED=0
FAILED=0
CONFINED=(--read-only --cap-drop ALL --security-opt no-new-privileges)
SETTINGS=(
  --env KOMODOR_API_KEY=5a4db0c5-0000-4000-8000-00000000demo --env KOMODOR_BASE_URL=http://127.0.0.1:4001
  --env PORT_CLIENT_ID=sandbox-client --env PORT_CLIENT_SECRET=sandbox-secret --env PORT_BASE_URL=http://127.0.0.1:4002
)

say() { printf 'image: %4d s  %s\n' "$SECONDS" "$1"; }

skip() {
  say "skipped, $1"
  exit 0
}

clean_up() {
  if "$DOCKER" info > /dev/null 2>&1; then
    if [ -e "$WORK/composed" ]; then compose down --volumes --timeout 20 > /dev/null 2>&1; fi
    "$DOCKER" rm --force "$NAME-app" "$NAME-sandbox" > /dev/null 2>&1
    "$DOCKER" rmi "$IMAGE" > /dev/null 2>&1
  fi
  stop_engine
  rm -rf --one-file-system "$WORK"
}
trap clean_up EXIT

# Runs a command and says in one line how it went and how long it took; what it printed is shown when it failed.
check() {
  local what=$1 began=$SECONDS
  shift
  if "$@" > "$WORK/output" 2>&1; then
    PASSED=$((PASSED + 1))
    say "ok    $what ($((SECONDS - began)) s)"
  else
    FAILED=$((FAILED + 1))
    say "FAIL  $what ($((SECONDS - began)) s)"
    tail -n 40 "$WORK/output" | sed 's/^/               /'
    return 1
  fi
}

finish() {
  say "$PASSED passed, $FAILED failed"
  [ "$FAILED" = 0 ] && exit 0
  exit 1
}

confined() { "$DOCKER" run --rm "${CONFINED[@]}" "$@"; }
in_sandbox() { confined --network "container:$NAME-sandbox" "${SETTINGS[@]}" "$@"; }
inspect() { "$DOCKER" inspect --format "$1" "$2"; }

# Waits until a container's own health check is content.
healthy() {
  for _ in $(seq 120); do
    case $(inspect '{{.State.Status}} {{.State.Health.Status}}' "$1") in
      'running healthy') return 0 ;;
      running*) sleep 0.5 ;;
      *) break ;;
    esac
  done
  "$DOCKER" logs "$1" 2>&1 | tail -n 20
  return 1
}

image_is_modest() {
  [ "$(inspect '{{.Config.User}}' "$IMAGE")" = 1000:0 ] || { echo 'its user is not 1000:0'; return 1; }
  [ "$(inspect '{{len .Config.Healthcheck.Test}}' "$IMAGE")" -gt 1 ] || { echo 'it has no health check'; return 1; }
  ! inspect '{{json .Config.Env}}' "$IMAGE" | grep -iE 'key|secret|token|password' || return 1
  local writable
  writable=$("$DOCKER" run --rm --network none --entrypoint find "$IMAGE" / -xdev -writable -not -type l 2> /dev/null |
    grep -vE '^/(tmp|var/tmp|run/lock)$')
  [ -z "$writable" ] || { echo "it may write to $writable"; return 1; }
}

# What is in each layer that is worth a line, largest first.
layers() {
  "$DOCKER" history --no-trunc --human=false --format '{{.Size}} {{.CreatedBy}}' "$IMAGE" | sort -rn |
    awk '$1 >= 500000 {
      size = $1 / 1000000; $1 = ""
      printf "                 %6.1f MB %s\n", size, /[^ ]/ ? substr($0, 1, 90) : " the base image"
    }'
}

# The packages in the image are those that the bill of materials calls required: no more and no fewer.
holds_what_its_bill_says() {
  node scripts/sbom.mjs | node -p '
    const { components } = JSON.parse(fs.readFileSync(0, "utf8"));
    components.filter(({ scope }) => scope === "required").map((one) => one["bom-ref"]).sort().join("\n")' > "$WORK/bill" &&
    "$DOCKER" run --rm --interactive --network none --entrypoint node "$IMAGE" --input-type=module - \
      < scripts/image/packages.mjs > "$WORK/packages" &&
    [ -s "$WORK/packages" ] && diff "$WORK/bill" "$WORK/packages"
}

validates() { confined --network none "$@" "$IMAGE" validate --json | tee /dev/stderr | grep '"flavour": "native"'; }

sandbox_starts() {
  "$DOCKER" run --detach --name "$NAME-sandbox" "${CONFINED[@]}" --no-healthcheck "$IMAGE" \
    sandbox --services 60 --komodor-port 4001 --port-port 4002
  for _ in $(seq 60); do
    if "$DOCKER" logs "$NAME-sandbox" 2>&1 | grep -q 4002; then return; fi
    sleep 0.5
  done
  return 1
}

service_starts() {
  "$DOCKER" run --detach --name "$NAME-app" "${CONFINED[@]}" --tmpfs /tmp:size=64m --network "container:$NAME-sandbox" \
    --health-interval 2s "${SETTINGS[@]}" "$IMAGE"
  healthy "$NAME-app"
}

is_confined() {
  local status
  status=$("$DOCKER" exec "$NAME-app" grep -E '^(Uid|CapEff|NoNewPrivs|Seccomp):' /proc/1/status)
  echo "$status"
  grep -qE '^Uid:\s+1000' <<< "$status" && grep -qE '^CapEff:\s+0+$' <<< "$status" &&
    grep -qE '^NoNewPrivs:\s+1' <<< "$status" && ! "$DOCKER" exec "$NAME-app" touch /app/x
}

service_stops() {
  "$DOCKER" stop --time 20 "$NAME-app"
  local code
  code=$(inspect '{{.State.ExitCode}}' "$NAME-app")
  [ "$code" = 0 ] || { "$DOCKER" logs "$NAME-app" 2>&1 | tail -n 20; echo "exit code $code"; return 1; }
}

compose() { KOMODOR_PORT_IMAGE=$IMAGE PUBLISHED_PORT=0 DEMO_PUBLISHED_PORT=0 "$DOCKER" compose --project-name "$NAME" "$@"; }

compose_works() {
  touch "$WORK/composed"
  compose --profile demo --profile once config --quiet || return
  compose up --detach --no-build --wait --wait-timeout 120 demo > "$WORK/up.log" 2>&1 && return
  compose --profile demo logs --no-color --tail 8
  compose --profile demo ps --all
  tail -n 8 "$WORK/up.log"
  return 1
}

# Whether the demo says within a minute what is expected of it: `ready` or `unready`.
demo_gets() {
  for _ in $(seq 60); do
    local now=unready
    if compose exec --no-TTY demo node scripts/image/health.mjs ready; then now=ready; fi
    [ "$now" = "$1" ] && return
    sleep 1
  done
  return 1
}

redis_comes_back() { compose stop redis && demo_gets unready && compose start redis && demo_gets ready; }

find_engine
say "engine $("$DOCKER" version --format '{{.Server.Version}}'), $([ "$PRIVATE" = yes ] && echo 'our own' || echo 'already running')"
if [ "$PRIVATE" = yes ]; then
  say '...   making stand-ins for the base images from packages, as no registry can be counted on (half a minute)'
  (make_stand_ins) > "$WORK/stand-ins.log" 2>&1 || skip "the base images' stand-ins could not be made: $(tail -n 1 "$WORK/stand-ins.log")"
fi
network=$([ "$PRIVATE" = yes ] && echo host || echo default)
say '...   building from the Dockerfile (npm ci, build, packages of Debian; about a minute)'
check 'builds from the Dockerfile as it is' "$DOCKER" build --network "$network" --tag "$IMAGE" . || finish
say "size  $(($(inspect '{{.Size}}' "$IMAGE") / 1000000)) MB, of which"
layers
if command -v node > /dev/null; then
  check 'holds the packages of its bill of materials and no others' holds_what_its_bill_says
fi
check 'runs as 1000:0, may write nowhere, carries no secret' image_is_modest
check 'validates without any writable place, with a native jq' validates
check 'validates as any other user of group 0' validates --user 123456:0
if check 'the stand-in APIs start' sandbox_starts; then
  check 'EVENT_LISTENER=ONCE resyncs and exits with 0' in_sandbox --env EVENT_LISTENER=ONCE "$IMAGE"
  check 'a plan after it finds nothing to change' in_sandbox "$IMAGE" plan --detailed-exitcode
  if check 'the service starts and its health check is content' service_starts; then
    check 'it is ready' "$DOCKER" exec "$NAME-app" node scripts/image/health.mjs ready
    check 'it has no capabilities, no new privileges, no writable root' is_confined
    check 'it stops on SIGTERM with exit code 0' service_stops
  fi
fi
if [ "$PRIVATE" = yes ]; then
  say '...   fetching Compose and making a stand-in for the image of Redis'
  (get_compose && make_redis_stand_in) > "$WORK/compose.log" 2>&1 || say "skipped, Compose: $(tail -n 1 "$WORK/compose.log")"
fi
if compose version > /dev/null 2>&1 && check 'compose: the demo with Redis gets ready' compose_works; then
  check 'compose: it is ready again after Redis was away' redis_comes_back
fi
finish
