import type { Ingest } from './ingest.ts';
import type { IntegrationReader } from './integration-reader.ts';
import type { ReportedEntry } from './reported-entries.ts';
import {
  kindIdentifier,
  type SyncDocument,
  type SyncIdentity,
  type SyncOutcome,
  syncDocument,
} from './sync-metrics.ts';

/** Few attempts, because the next document contains more than this one. */
const ATTEMPTS = 3;

/** Sends the sync metrics and the heartbeat of one run to the URL that Port gives for them. */
export interface SyncReports {
  /** Documents that Port does not have yet. */
  open(parts: readonly (ReportedEntry | Special)[], outcome: SyncOutcome, signal: AbortSignal): Promise<void>;
  /** One that was opened before. */
  update(part: ReportedEntry | Special, outcome: SyncOutcome, signal: AbortSignal): Promise<void>;
  heartbeat(signal: AbortSignal): Promise<void>;
}

type Special = '__runtime__' | '__reconciliation__';

export function createSyncReports(options: {
  readonly ingest: Ingest;
  readonly integrationReader: IntegrationReader;
  readonly identity: SyncIdentity;
}): SyncReports {
  const { ingest, integrationReader, identity } = options;
  const event = encodeURIComponent(identity.runId);

  async function send(
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
    signal: AbortSignal,
    attempts = ATTEMPTS,
  ): Promise<void> {
    const url = await integrationReader.ingestUrl('metrics', signal);
    // Without a URL Port has no page for it.
    if (url === undefined) return;
    await ingest.send({ method, url, path, bodyText: JSON.stringify(body), attempts, signal });
  }

  return {
    async open(parts, outcome, signal) {
      const documents: readonly SyncDocument[] = parts.map((part) => syncDocument(identity, part, outcome));
      if (documents.length > 0) await send('POST', '/syncMetrics', { syncKindsMetrics: documents }, signal);
    },
    async update(part, outcome, signal) {
      const name = encodeURIComponent(typeof part === 'string' ? part : kindIdentifier(part));
      const document = syncDocument(identity, part, outcome);
      await send('PUT', `/syncMetrics/resync/${event}/kind/${name}`, { syncKindMetrics: document }, signal);
    },
    heartbeat: (signal) => send('POST', '/heartbeat', { eventId: identity.runId }, signal, 1),
  };
}
