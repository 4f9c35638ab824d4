import type { Application } from '../compose.ts';
import type { Settings } from '../config/settings.ts';
import type { MappingSource } from '../core/ports.ts';
import { systemClock } from '../net/clock.ts';
import { mappingOriginOf } from '../port/integration.ts';
import { createIngest, type Ingest } from '../port/reporting/ingest.ts';
import { createIntegrationReader, type IntegrationReader } from '../port/reporting/integration-reader.ts';
import type { Log } from '../port/reporting/log.ts';
import { createMetricsWebhook } from '../port/reporting/metrics-webhook.ts';
import { createPortReporter, type PortReporter } from '../port/reporting/reporter.ts';
import { VERSION } from '../version.ts';

/** What reports runs to Port's own pages. */
interface PortScreens {
  readonly integrationReader: IntegrationReader;
  /** To be closed after the reporter. */
  readonly ingest: Ingest;
  readonly reporter: PortReporter;
}

/** @param secrets values that must never reach Port's pages */
export function createPortScreens(
  { port: { api, tokens, userAgent, env } }: Pick<Application, 'port'>,
  settings: Settings,
  secrets: readonly string[],
  log: Log,
  onMapping?: (from: MappingSource) => void,
): PortScreens {
  const identifier = settings.integrationIdentifier;
  const isFromPort = settings.mappingSource === 'port';
  const integrationReader = createIntegrationReader({
    ...{ api, identifier },
    onConfig(document) {
      if (isFromPort) onMapping?.({ origin: mappingOriginOf(identifier), document });
    },
  });
  const ingest = createIngest({ portBaseUrl: settings.portBaseUrl, tokens, userAgent, secrets, env });
  const url = settings.metricsWebhook ? settings.metricsWebhookUrl : undefined;
  const webhook =
    url === undefined ? undefined : createMetricsWebhook({ url, userAgent, log, clock: systemClock, env });
  const reporter = createPortReporter({
    api,
    ingest,
    integrationReader,
    integrationIdentifier: identifier,
    version: VERSION,
    sendExamples: settings.sendRawDataExamples,
    secrets,
    log,
    webhook,
  });
  return { integrationReader, ingest, reporter };
}
