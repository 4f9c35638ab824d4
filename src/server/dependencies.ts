import type { FastifyBaseLogger, FastifyPluginAsync, FastifyPluginCallback } from 'fastify';
import type { RunQueue } from '../core/run-queue.ts';

/** One readiness check, answered. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface ServerDependencies {
  readonly queue: RunQueue;
  /** The kinds that a run may be asked for. */
  readonly kinds: readonly string[];
  readonly version: string;
  /** The address that the server is bound to. Without `apiToken`, changes are allowed on a loopback address only. */
  readonly host: string;
  /** Proxies whose `X-Forwarded-*` headers are believed: addresses or ranges, or all. */
  readonly trustProxy?: boolean | readonly string[];
  readonly apiToken?: string | undefined;
  readonly webhookSecret?: string | undefined;
  /** Port signs its changelog webhook with it. */
  readonly portClientSecret: string;
  readonly integrationIdentifier: string;
  /** Takes every secret out of a text. */
  readonly redact: (text: string) => string;
  readonly checks: () => Promise<readonly Check[]>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** Mounted under /admin/queues, behind the token. */
  readonly dashboard?: FastifyPluginCallback | FastifyPluginAsync;
  readonly logger: FastifyBaseLogger;
  /** For tests; the defaults need no touching. */
  readonly limits?: Partial<ServerLimits>;
}

export interface ServerLimits {
  /** Requests a minute from one address; health checks and metrics are not counted. */
  readonly readsPerMinute: number;
  readonly changesPerMinute: number;
  readonly webhooksPerMinute: number;
  /** Answers 401 and 404 a minute for one address; after that they become 429. */
  readonly failuresPerMinute: number;
  readonly bodyBytes: number;
  /** Event streams open at once. */
  readonly streams: number;
  readonly heartbeatMs: number;
  readonly readinessTimeoutMs: number;
  /** A connection on which nothing moves for so long is closed. */
  readonly connectionTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** Until the last byte of a request must have arrived. */
  readonly requestTimeoutMs: number;
  /** Longer than the usual 60 s of load balancers: otherwise they would send into connections that we just closed. */
  readonly keepAliveTimeoutMs: number;
  /** How often connections are looked at for these timeouts. */
  readonly timeoutCheckMs: number;
  /** How long closing waits for requests that are still open. */
  readonly closeGraceMs: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  readsPerMinute: 1_200,
  changesPerMinute: 600,
  webhooksPerMinute: 6_000,
  failuresPerMinute: 30,
  bodyBytes: 1_048_576,
  streams: 100,
  heartbeatMs: 15_000,
  readinessTimeoutMs: 5_000,
  connectionTimeoutMs: 30_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  keepAliveTimeoutMs: 72_000,
  timeoutCheckMs: 1_000,
  closeGraceMs: 3_000,
};

/** What the routes get: the dependencies with every limit settled. */
export interface ServerContext extends ServerDependencies {
  readonly limits: ServerLimits;
}
