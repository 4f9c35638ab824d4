import type { Ingest } from './ingest.ts';
import type { IntegrationLook } from './integration-look.ts';
import type { PlannedKind } from './kind-plan.ts';
import {
  kindIdentifier,
  type SyncDocument,
  type SyncIdentity,
  type SyncOutcome,
  syncDocument,
} from './sync-metrics.ts';

/** Quick tries only: the next document says more than the last. */
const ATTEMPTS = 3;

/** Sends the sync metrics and the heartbeat of one run to the address that Port names for them. */
export interface SyncReports {
  /** Documents that Port does not have yet. */
  open(parts: readonly (PlannedKind | Special)[], outcome: SyncOutcome, signal: AbortSignal): Promise<void>;
  /** One that was opened before. */
  update(part: PlannedKind | Special, outcome: SyncOutcome, signal: AbortSignal): Promise<void>;
  heartbeat(signal: AbortSignal): Promise<void>;
}

type Special = '__runtime__' | '__reconciliation__';

export function createSyncReports(options: {
  readonly ingest: Ingest;
  readonly look: IntegrationLook;
  readonly identity: SyncIdentity;
}): SyncReports {
  const { ingest, look, identity } = options;
  const event = encodeURIComponent(identity.runId);

  async function send(
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
    signal: AbortSignal,
    attempts = ATTEMPTS,
  ): Promise<void> {
    const url = await look.ingestUrl('metrics', signal);
    // An installation without such an address has no screen to fill.
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
