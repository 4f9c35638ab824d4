import type { Settings } from '../config/settings.ts';
import type { PerSide } from '../core/sides.ts';
import { createKomodorSource } from '../komodor/source.ts';
import type { RequestLane } from '../net/allowance.ts';
import type { Clock } from '../net/clock.ts';
import { type AttemptOutcome, createGovernor, type Governor } from '../net/governor.ts';
import type { HostWait } from '../net/host-waits.ts';
import { createHttpClient } from '../net/http-client.ts';
import type { Side } from '../net/http-failure.ts';
import { PortApi, userAgentOf } from '../port/api.ts';
import { TokenProvider } from '../port/token.ts';
import { VERSION } from '../version.ts';

/** The limit of a response. The largest page that we request has a few MiB. */
export const MAX_RESPONSE_BYTES = 128 * 1024 * 1024;

/** An API server also serves those who run the cluster. */
export const KUBERNETES_CONCURRENCY = 4;

/** What all connections have in common. */
export interface ConnectionBase {
  readonly settings: Settings;
  readonly env: NodeJS.Dict<string>;
  readonly secrets: readonly string[];
  readonly governor: Governor;
  readonly onNetworkWait?: ((why: string, leftMs: number) => void) | undefined;
  /** How often a request is sent at most; see HttpClientOptions. */
  readonly attempts?: number;
}

/** What limits the requests to each system. */
export function createGovernors(
  settings: Settings,
  probes: {
    readonly requestDone?: (side: Side, answer: AttemptOutcome) => void;
    readonly network?: { readonly patienceMs: number };
  },
  clock: Clock,
  onWait?: (side: Side, wait: HostWait) => void,
): PerSide<Governor> {
  const governorFor = (side: Side, concurrency: number) =>
    createGovernor({
      side,
      concurrency,
      maxWaitMs: settings.maxRateLimitWaitMs,
      networkWaitMs: probes.network?.patienceMs ?? 0,
      clock,
      onWait: (wait) => onWait?.(side, wait),
      onOutcome: (answer) => probes.requestDone?.(side, answer),
    });
  return {
    komodor: governorFor('komodor', settings.komodorConcurrency),
    port: governorFor('port', settings.portConcurrency),
    ...(settings.kubernetes === undefined ? {} : { kubernetes: governorFor('kubernetes', KUBERNETES_CONCURRENCY) }),
  };
}

/** The source that reads Komodor. */
export function connectKomodor({
  settings,
  now,
  ...shared
}: ConnectionBase & { readonly now: () => number; readonly lane?: RequestLane }) {
  return createKomodorSource({
    ...shared,
    now,
    baseUrl: settings.komodorBaseUrl,
    apiKey: settings.komodorApiKey,
    timeoutMs: settings.requestTimeoutMs,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    userAgent: `komodor-port/${VERSION}`,
    pageSizes: {
      komodorService: settings.komodorServicesPageSize,
      komodorHealthMonitoring: settings.komodorRisksPageSize,
    },
  });
}

/** Port's API. */
export function connectPort({ settings, ...shared }: ConnectionBase) {
  const client = (lane: RequestLane) =>
    createHttpClient({
      ...shared,
      side: 'port',
      baseUrl: settings.portBaseUrl,
      timeoutMs: settings.requestTimeoutMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      lane,
    });
  const http = client('resync');
  const liveHttp = client('live');
  const userAgent = userAgentOf(VERSION, settings.integrationIdentifier);
  const credentials = { clientId: settings.portClientId, clientSecret: settings.portClientSecret };
  // Everybody waits for a token, live events too.
  const tokens = new TokenProvider(liveHttp, credentials, userAgent);
  return {
    ...{ http, userAgent, tokens },
    api: new PortApi(http, tokens, userAgent),
    /** The same for live events, which do not wait for the requests of a resync. */
    liveApi: new PortApi(liveHttp, tokens, userAgent),
    close() {
      http.close();
      liveHttp.close();
    },
  };
}
