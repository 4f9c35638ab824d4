import type { FastifyBaseLogger, FastifyPluginAsync, FastifyPluginCallback } from 'fastify';
import type { DoctorDocument } from '../answers/doctor/doctor.ts';
import type { EntityAnswers } from '../answers/entity-answers.ts';
import type { LintAnswers } from '../answers/lint-answers.ts';
import type { MappingAnswers } from '../answers/mapping-answers.ts';
import type { RunAnswers } from '../answers/run-answers.ts';
import type { StatusDocument } from '../answers/status.ts';
import type { FieldHistory } from '../core/field-history.ts';
import type { Journal } from '../core/journal.ts';
import type { KindNames } from '../core/kinds.ts';
import type { RunQueue } from '../core/run-queue.ts';
import type { Timeline } from '../core/timeline.ts';

/** The result of one readiness check. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface ServerDependencies {
  readonly queue: RunQueue;
  readonly journal: Journal;
  /** What runs changed. */
  readonly runAnswers: RunAnswers;
  readonly mappings: MappingAnswers;
  readonly lint: LintAnswers;
  /** The kinds that a request for a run may name. */
  readonly kinds: KindNames;
  readonly version: string;
  /** The address that the server is bound to. Without `apiToken`, changes are allowed on a loopback address only. */
  readonly host: string;
  /** The address at which others reach this server. Its path is one that a proxy may leave or take away. */
  readonly publicUrl?: string | undefined;
  /** Where the operator's page was built to; for tests. */
  readonly pageFolder?: string;
  /** Proxies whose `X-Forwarded-*` headers are trusted: addresses or ranges, or all. */
  readonly trustProxy?: boolean | readonly string[];
  readonly apiToken?: string | undefined;
  readonly webhookSecret?: string | undefined;
  /** Port's key for signing its changelog webhook. */
  readonly portClientSecret: string;
  readonly integrationIdentifier: string;
  /** Removes every secret from a text. */
  readonly redact: (text: string) => string;
  readonly checks: () => Promise<readonly ReadinessCheck[]>;
  readonly timeline: Timeline;
  /** What the expressions of the mapping gave. */
  readonly fields: FieldHistory;
  readonly entities: EntityAnswers;
  readonly status: () => Promise<StatusDocument>;
  /** Looks at everything that a run needs; see `examine`. */
  readonly doctor: () => Promise<DoctorDocument>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** Mounted under /admin/queues, behind the token. */
  readonly dashboard?: FastifyPluginCallback | FastifyPluginAsync;
  readonly logger: FastifyBaseLogger;
  /** Only for tests. */
  readonly limits?: Partial<ServerLimits>;
}

export interface ServerLimits {
  /** Requests per minute from one address. Health checks and metrics are not counted. */
  readonly readsPerMinute: number;
  /** Of the operator's page itself: the page and its scripts, styles and pictures. */
  readonly pageFilesPerMinute: number;
  readonly changesPerMinute: number;
  /** Searches for, and explanations of, single entities. Each asks both systems. */
  readonly explainsPerMinute: number;
  readonly webhooksPerMinute: number;
  /** Responses 401 and 404 per minute for one address. After that they become 429. */
  readonly failuresPerMinute: number;
  readonly bodyBytes: number;
  /** How many event streams may be open. */
  readonly streams: number;
  /** How many files of changes and reports may be sent at once, and be asked for by one address in a minute. */
  readonly exports: number;
  readonly exportsPerMinute: number;
  readonly heartbeatMs: number;
  /** How often the status is computed for open event streams: once for all of them. */
  readonly lookEveryMs: number;
  /** A reader that has taken nothing for this long, although something waits for it, is cut. */
  readonly slowReaderMs: number;
  readonly readinessTimeoutMs: number;
  /** A connection that is idle for this long before a request is closed. */
  readonly connectionTimeoutMs: number;
  /** The same while a request is answered: longer than any answer may take, or a slow one would never arrive. */
  readonly answerTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** Within this time the last byte of a request must arrive. */
  readonly requestTimeoutMs: number;
  /** Longer than the usual 60 s of load balancers, or they would send requests on connections that we are closing. */
  readonly keepAliveTimeoutMs: number;
  /** How often connections are checked for these timeouts. */
  readonly timeoutCheckMs: number;
  /** How long closing waits for open requests. */
  readonly closeGraceMs: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  readsPerMinute: 1_200,
  pageFilesPerMinute: 6_000,
  changesPerMinute: 600,
  explainsPerMinute: 60,
  webhooksPerMinute: 6_000,
  failuresPerMinute: 30,
  bodyBytes: 1_048_576,
  streams: 100,
  exports: 10,
  exportsPerMinute: 120,
  heartbeatMs: 15_000,
  lookEveryMs: 1_000,
  slowReaderMs: 25_000,
  readinessTimeoutMs: 5_000,
  connectionTimeoutMs: 30_000,
  answerTimeoutMs: 120_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  keepAliveTimeoutMs: 72_000,
  timeoutCheckMs: 1_000,
  closeGraceMs: 3_000,
};

/** What the routes get: the dependencies, with a value for every limit. */
export interface ServerContext extends ServerDependencies {
  readonly limits: ServerLimits;
}
