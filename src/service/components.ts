import { type GivenMapping, mappingFromText } from '../compose/given-mapping.ts';
import { type Application, createApplication } from '../compose.ts';
import { secretsOf } from '../config/secrets.ts';
import type { Settings } from '../config/settings.ts';
import type { Deadline } from '../core/deadline.ts';
import type { Freshness } from '../core/freshness.ts';
import type { MappingSource } from '../core/ports.ts';
import { redactor } from '../core/redact.ts';
import type { RunReport } from '../core/report.ts';
import type { QueueCounts } from '../core/run-queue.ts';
import type { IntegrationReader } from '../port/reporting/integration-reader.ts';
import type { Log } from '../port/reporting/log.ts';
import { createLogShipper, type LogShipper } from '../port/reporting/log-shipper.ts';
import { createMask } from '../port/reporting/mask.ts';
import type { PortReporter } from '../port/reporting/reporter.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { createTracing, type Tracing } from '../telemetry/tracing.ts';
import type { WatchSource } from '../telemetry/watch-metrics.ts';
import { VERSION } from '../version.ts';
import { createPortScreens } from './port-screens.ts';

/** How much of the time to stop is reserved for sending the log. */
const LOG_FLUSH_MS = 1_200;

/** The application and what a long-running process needs beside it: log, metrics, traces, and reporting to Port. */
export interface ServiceComponents {
  readonly application: Application;
  readonly logger: Logger;
  readonly log: Log;
  /** Removes every secret from a text. */
  readonly redact: (text: string) => string;
  /** A copy of a JSON value without secrets. */
  readonly mask: (value: unknown) => unknown;
  /** Reads a mapping that came with a request. @throws AppError `mapping_file_invalid` */
  readonly readMapping: (text: string) => GivenMapping;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly integrationReader: IntegrationReader;
  readonly reporter: PortReporter;
  /** Sends what is still waiting, as far as there is time, then closes all connections. */
  close(deadline: Deadline): Promise<void>;
}

/** Numbers from the queue. They are functions because the queue is created after the components. */
export interface QueueNumbers {
  readonly counts: () => Promise<QueueCounts>;
  readonly reports: (limit: number) => Promise<readonly RunReport[]>;
  readonly skippedTicks: () => number;
  readonly freshness: () => Promise<Freshness>;
  readonly watches: WatchSource;
  /** The time between scheduled resyncs; null: there is no schedule. */
  readonly everyMs: number | null;
}

/**
 * @param onMapping called with the mapping in Port whenever the integration is read, if that mapping counts
 * @throws AppError when a file or jq cannot be used
 */
export async function createComponents(
  settings: Settings,
  env: NodeJS.Dict<string>,
  numbers?: QueueNumbers,
  onMapping?: (from: MappingSource) => void,
): Promise<ServiceComponents> {
  const secrets = secretsOf(settings, env);
  let shipper: LogShipper | undefined;
  const logger = createLogger({
    level: settings.logLevel,
    format: settings.logFormat,
    secrets,
    tap: (line) => shipper?.tap(line),
  });
  const log: Log = (level, message, fields = {}) => logger[level](fields, message);
  for (const warning of settings.warnings) logger.warn({ detail: warning }, 'settings');

  const metrics = createMetrics({
    traffic: () => Object.values(application.traffic()),
    ...(numbers ? { ...numbers, queue: numbers.counts } : {}),
  });
  const application = await createApplication(settings, env, {
    requestDone: metrics.requestDone,
    jqDone: metrics.jqDone,
    sourceNote: (detail) => logger.info({ detail }, 'passed over'),
    network: {
      patienceMs: settings.startPatienceMs,
      onWait: (why, leftMs) =>
        logger.warn({ detail: why, secondsLeft: Math.ceil(leftMs / 1000) }, 'waiting for the network'),
    },
  });
  const { integrationReader, ingest, reporter } = createPortScreens(application, settings, secrets, log, onMapping);
  if (settings.sendLogsToPort) shipper = createLogShipper({ ingest, integrationReader, secrets, log });
  const tracing = createTracing(env, VERSION);
  const { jq } = application;
  logger.info({ version: VERSION, jq: jq.version, jqFlavour: jq.flavour, jqFrom: jq.from }, 'komodor-port starts');

  return {
    application,
    logger,
    log,
    redact: redactor(secrets),
    mask: createMask(secrets).value,
    readMapping: (text) => mappingFromText(settings, text),
    metrics,
    tracing,
    integrationReader,
    reporter,
    async close(deadline) {
      const traced = tracing.close().catch((error: unknown) => logger.warn({ err: error }, 'traces were not sent'));
      // The log is sent last, because it tells how the rest went.
      await deadline.wait(reporter.close(), LOG_FLUSH_MS);
      await deadline.wait(Promise.all([traced, shipper?.stop()]));
      ingest.close();
      application.close();
    },
  };
}
