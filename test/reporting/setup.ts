import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createGovernor } from '../../src/net/governor.ts';
import { createHttpClient } from '../../src/net/http-client.ts';
import { PortApi, userAgentOf } from '../../src/port/api.ts';
import { createIngest, type Ingest } from '../../src/port/reporting/ingest.ts';
import { createIntegrationReader, type IntegrationReader } from '../../src/port/reporting/integration-reader.ts';
import type { Log } from '../../src/port/reporting/log.ts';
import { createMetricsWebhook } from '../../src/port/reporting/metrics-webhook.ts';
import { createPortReporter, type PortReporter } from '../../src/port/reporting/reporter.ts';
import { type Credentials, TokenProvider } from '../../src/port/token.ts';
import { type PortOptions, type PortSandbox, startPort } from '../../src/sandbox/port/server.ts';
import { type HandClock, handClock } from './hand-clock.ts';

export const IDENTIFIER = 'my komodor/1';
export const CLIENT_SECRET = 'client-secret-0123456789';
export const API_KEY = 'komodor-api-key-0123456789';
export const SECRETS = [API_KEY, CLIENT_SECRET];
export const VERSION = '9.8.7';

export interface Setup {
  readonly port: PortSandbox;
  readonly api: PortApi;
  readonly ingest: Ingest;
  readonly integrationReader: IntegrationReader;
  readonly clock: HandClock;
  readonly log: Log;
  /** What was logged so far. */
  readonly lines: { readonly level: string; readonly message: string; readonly fields: unknown }[];
  reporter(options?: {
    readonly sendExamples?: boolean;
    readonly waitMs?: number;
    readonly webhookUrl?: string;
  }): PortReporter;
  /** What Port's UI would show as the state of the resync. */
  resyncState(): { readonly [key: string]: unknown };
}

/** The reporting against a real stand-in for Port, with an integration in it unless told otherwise. */
export async function setUp(
  options: { readonly port?: Partial<PortOptions>; readonly integration?: boolean } = {},
): Promise<Setup> {
  const credentials = { clientId: 'client-id-of-the-tests', clientSecret: CLIENT_SECRET };
  const port = await startPort({ ...credentials, ...options.port });
  onTestFinished(() => port.close());
  if (options.integration !== false) addIntegration(port);
  return attach(port, credentials, IDENTIFIER);
}

/** The reporting against a stand-in that is there already. Ends with the test. */
export function attach(port: PortSandbox, credentials: Credentials, identifier: string): Setup {
  const http = createHttpClient({
    side: 'port',
    baseUrl: `${port.url}/v1`,
    timeoutMs: 5000,
    maxResponseBytes: 1_000_000,
    governor: createGovernor({ side: 'port', concurrency: 4 }),
    secrets: SECRETS,
  });
  const userAgent = userAgentOf(VERSION, identifier);
  const tokens = new TokenProvider(http, credentials, userAgent);
  const api = new PortApi(http, tokens, userAgent);
  const clock = handClock();
  const ingest = createIngest({ portBaseUrl: port.url, tokens, userAgent, secrets: SECRETS });
  const integrationReader = createIntegrationReader({ api, identifier, clock });
  const lines: { level: string; message: string; fields: unknown }[] = [];
  const log: Log = (level, message, fields) => lines.push({ level, message, fields });
  onTestFinished(() => {
    http.close();
    ingest.close();
  });
  return {
    port,
    api,
    ingest,
    integrationReader,
    clock,
    log,
    lines,
    reporter({ sendExamples = true, waitMs = 3000, webhookUrl: url } = {}) {
      const reporter = createPortReporter({
        api,
        ingest,
        integrationReader,
        integrationIdentifier: identifier,
        version: VERSION,
        sendExamples,
        waitMs,
        secrets: SECRETS,
        log,
        webhook: url === undefined ? undefined : createMetricsWebhook({ url, userAgent, log, clock, env: {} }),
        clock,
      });
      onTestFinished(() => reporter.close());
      return reporter;
    },
    resyncState: () => port.store.integrations.get(identifier)?.resyncState ?? {},
  };
}

export function addIntegration(port: PortSandbox): void {
  port.store.integrations.add(
    { installationId: IDENTIFIER, installationAppType: 'komodor' },
    { baseUrl: port.url, clientId: 'client-id-of-the-tests' },
  );
}

const document = z.looseObject({
  kindIdentifier: z.string(),
  kind: z.string(),
  kindIndex: z.number(),
  eventId: z.string(),
  syncState: z.string(),
  blueprint: z.string(),
  metrics: z.looseObject({ phase: z.record(z.string(), z.unknown()) }),
});
export type SentDocument = z.infer<typeof document>;

interface Sent {
  readonly method: 'POST' | 'PUT';
  readonly document: SentDocument;
}

/** The sync metrics that Port got, oldest first, each with how it came. */
export function sentDocuments(port: PortSandbox): readonly Sent[] {
  const posted = z.object({ syncKindsMetrics: z.array(document) });
  const put = z.object({ syncKindMetrics: document });
  return port.store.ingested.flatMap(({ path, body }): readonly Sent[] => {
    if (path.endsWith('/syncMetrics')) {
      return posted.parse(body).syncKindsMetrics.map((one) => ({ document: one, method: 'POST' }));
    }
    return path.includes('/syncMetrics/resync/') ? [{ document: put.parse(body).syncKindMetrics, method: 'PUT' }] : [];
  });
}

/** The latest document of each part: what the sync screen shows. */
export function syncScreen(port: PortSandbox, runId: string): ReadonlyMap<string, SentDocument> {
  const documents = sentDocuments(port).map((sent) => sent.document);
  return new Map(documents.filter(({ eventId }) => eventId === runId).map((one) => [one.kindIdentifier, one]));
}
