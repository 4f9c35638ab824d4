import { getHeapStatistics } from 'node:v8';
import { type ClusterSide, isOfCluster } from '../answers/doctor/cluster-checks.ts';
import { type DoctorDocument, type Examined, examine } from '../answers/doctor/doctor.ts';
import { ClockOffsets } from '../answers/doctor/network-checks.ts';
import { secretsOf } from '../config/secrets.ts';
import type { OfflineSettings, Settings } from '../config/settings.ts';
import { createDiscovery } from '../kubernetes/discovery.ts';
import { CATALOG_KINDS } from '../manifests/manifest.ts';
import { createJqRunner } from '../mapping/jq-runner.ts';
import { resolveJq } from '../mapping/resolve-jq.ts';
import { systemClock } from '../net/clock.ts';
import { createGovernor } from '../net/governor.ts';
import { inspectRedis } from '../queue/redis-inspection.ts';
import { keySpaceOf } from '../service/key-space.ts';
import { VERSION } from '../version.ts';
import { connectKomodor, connectPort, createGovernors, KUBERNETES_CONCURRENCY } from './connections.ts';
import { loadDefaults } from './defaults.ts';
import { createPortCatalog } from './port-catalog.ts';
import { connectClusterApi } from './sources.ts';

/** A check that waits for longer than this tells nothing new. */
const MAX_REQUEST_MS = 10_000;
/** A check may need two requests, one after the other. */
const REQUESTS_PER_CHECK = 2;

/**
 * Looks at settings, machine, network, Redis, Komodor and Port, with connections of its own. Writes nothing. Never throws.
 * @param isListening whether this process is the service
 */
export async function runDoctor(
  settings: OfflineSettings,
  env: NodeJS.Dict<string>,
  isListening: boolean,
  signal: AbortSignal,
): Promise<DoctorDocument> {
  const complete = withPlaceholders(settings);
  const clockOffsets = new ClockOffsets();
  const secrets = secretsOf(settings, env);
  const governors = createGovernors(
    complete,
    {
      requestDone(side, outcome) {
        if (outcome.type === 'answered') clockOffsets.note(side, outcome.headers.date, Date.now());
      },
    },
    systemClock,
  );
  // One attempt: the doctor tells what happens, not what happens after some attempts.
  const shared = { settings: complete, env, secrets, attempts: 1 };
  const source = connectKomodor({ ...shared, governor: governors.komodor, now: Date.now });
  const port = connectPort({ ...shared, governor: governors.port });
  const files = readFiles(settings);
  const { redisUrl } = settings;
  const cluster = clusterSide(shared);
  const examined: Examined = {
    settings,
    env,
    secrets,
    files,
    jq: async () => createJqRunner(await resolveJq({ jqPath: settings.jqPath })),
    memory: { limit: memoryLimit(), heap: getHeapStatistics().heap_size_limit },
    isListening,
    redis: redisUrl === undefined ? undefined : () => inspectRedis(redisUrl, keySpaceOf(complete)),
    komodor: {
      baseUrl: settings.komodorBaseUrl,
      hasKey: settings.komodorApiKey !== undefined,
      source,
    },
    cluster: cluster?.side,
    port: portSide(settings, port, files),
    clockOffsets,
    traffic: () => Object.values(governors).map((governor) => governor.state()),
    limitMs: complete.requestTimeoutMs * REQUESTS_PER_CHECK,
  };
  try {
    return await examine(examined, signal);
  } finally {
    port.close();
    source.close();
    cluster?.close();
  }
}

function portSide(
  settings: OfflineSettings,
  { http, api, tokens }: ReturnType<typeof connectPort>,
  files: ReturnType<typeof readFiles>,
): Examined['port'] {
  const { integrationIdentifier: identifier, portBaseUrl: baseUrl, portClientId, portClientSecret } = settings;
  const hasCredentials = portClientId !== undefined && portClientSecret !== undefined;
  const catalog =
    'value' in files ? createPortCatalog(api, settings, files.value, { runId: null, setup: 'note' }) : undefined;
  return { baseUrl, hasCredentials, identifier, version: VERSION, http, api, tokens, catalog };
}

/** The cluster that KUBERNETES names. It is connected to when it is asked for, for that may fail. */
function clusterSide({
  settings,
  env,
  secrets,
  attempts,
}: {
  readonly settings: Settings;
  readonly env: NodeJS.Dict<string>;
  readonly secrets: readonly string[];
  readonly attempts: number;
}): { readonly side: ClusterSide; close(): void } | undefined {
  const { kubernetes, catalogPath } = settings;
  if (kubernetes === undefined) return undefined;
  let close = (): void => undefined;
  return {
    side: {
      async connect() {
        const governor = createGovernor({ side: 'kubernetes', concurrency: KUBERNETES_CONCURRENCY });
        const { connection, api } = await connectClusterApi(kubernetes, { settings, env, governor, secrets, attempts });
        close = api.close;
        return { connection, api, discovery: createDiscovery(api) };
      },
      isRead: (kind) => isOfCluster(kind) && !(catalogPath !== undefined && CATALOG_KINDS.includes(kind)),
    },
    close: () => close(),
  };
}

/** Settings with which connections can be made although credentials are missing. */
function withPlaceholders(settings: OfflineSettings): Settings {
  const { komodorApiKey = '', portClientId = '', portClientSecret = '' } = settings;
  const requestTimeoutMs = Math.min(settings.requestTimeoutMs, MAX_REQUEST_MS);
  return { ...settings, komodorApiKey, portClientId, portClientSecret, requestTimeoutMs };
}

function readFiles(settings: OfflineSettings) {
  try {
    return { value: loadDefaults(settings) };
  } catch (error) {
    return { error };
  }
}

/** The memory that the container may use; undefined: there is no limit. */
function memoryLimit(): number | undefined {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < Number.MAX_SAFE_INTEGER ? limit : undefined;
}
