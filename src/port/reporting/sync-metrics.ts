import type { RunReport } from '../../core/report.ts';
import type { PlannedKind } from './kind-plan.ts';

/** The words of Port's sync metrics. */
type SyncState = 'pending' | 'syncing' | 'completed' | 'failed' | 'aborted';

/** Which run of which installation a document belongs to. */
export interface SyncIdentity {
  readonly integrationIdentifier: string;
  readonly version: string;
  readonly runId: string;
}

/** Numbers by phase and type, e.g. `{ extract: { raw_extracted: 12 } }`. */
interface SyncCounts {
  readonly [phase: string]: { readonly [type: string]: number };
}

/** How a part of a run ended. */
export interface SyncOutcome {
  readonly syncState: SyncState;
  readonly success?: boolean;
  readonly durationMs?: number;
  readonly counts?: SyncCounts;
}

/** One document of Port's sync metrics, as its own integrations send them. */
export type SyncDocument = ReturnType<typeof syncDocument>;

/** @param part an entry of the mapping, or one of Port's two names for what belongs to no entry */
export function syncDocument(
  identity: SyncIdentity,
  part: PlannedKind | '__runtime__' | '__reconciliation__',
  outcome: SyncOutcome,
) {
  const entry = typeof part === 'string' ? { kind: part, index: 0, blueprintText: '' } : part;
  const resync = {
    ...(outcome.success === undefined ? {} : { success: Number(outcome.success) }),
    ...(outcome.durationMs === undefined ? {} : { duration_seconds: outcome.durationMs / 1000 }),
  };
  const counts = Object.entries(outcome.counts ?? {}).map(([phase, types]) => {
    const objects = Object.entries(types).map(([type, count]) => [type, { object_count: count }] as const);
    return [phase, { object_count_type: Object.fromEntries(objects) }] as const;
  });
  return {
    integrationType: 'komodor',
    installationType: 'OnPrem',
    executionMode: 'single_process',
    integrationIdentifier: identity.integrationIdentifier,
    integrationVersion: identity.version,
    // Port's own integrations have a framework with a version of its own; ours is one and the same.
    oceanVersion: identity.version,
    kindIdentifier: typeof part === 'string' ? part : kindIdentifier(part),
    kind: entry.kind,
    kindIndex: entry.index,
    eventId: identity.runId,
    syncState: outcome.syncState,
    blueprint: entry.blueprintText,
    metrics: { phase: { resync, ...Object.fromEntries(counts) } },
  };
}

/** `komodorService-0` */
export function kindIdentifier({ kind, index }: PlannedKind): string {
  return `${kind}-${index}`;
}

/** Port's word for a whole run. Only `failed` and `aborted` are no `completed`; which parts went wrong is in their documents. */
export function runState({ status }: RunReport): 'completed' | 'failed' | 'aborted' {
  return status === 'failed' || status === 'aborted' ? status : 'completed';
}

/**
 * How each entry ended. Counts of reading and mapping are its kind's; counts of writing are shown once per blueprint, at
 * the first entry that writes it. A failed write, an incomplete read or a disabled entry is never shown as completed.
 */
export function entryOutcome(report: RunReport, plan: readonly PlannedKind[], entry: PlannedKind): SyncOutcome {
  const read = report.kinds.find(({ kind }) => kind === entry.kind);
  const written = report.blueprints.filter(({ blueprint }) => ownerOf(blueprint, plan) === entry);
  const failed = sum(written.map((blueprint) => blueprint.failed));
  const isFailed =
    entry.disabled || !read?.complete || failed > 0 || [read, ...written].some((part) => part?.status === 'failed');
  // Also what was read to the end: its relations and deletions were not.
  const syncState = report.status === 'aborted' ? 'aborted' : isFailed ? 'failed' : 'completed';
  return {
    syncState,
    success: syncState === 'completed' && read?.status === 'completed',
    counts: {
      extract: { raw_extracted: read?.extracted ?? 0, failed: read?.complete ? 0 : 1 },
      transform: { transformed: read?.selected ?? 0, filtered_out: read?.filtered ?? 0, failed: read?.rejected ?? 0 },
      load: {
        loaded: sum(written.map(({ created, updated }) => created + updated)),
        skipped: sum(written.map(({ unchanged }) => unchanged)),
        failed,
      },
    },
  };
}

/** How the deletions ended: failed when some were held back or refused, unless this run was not about them. */
export function reconciliationOutcome(report: RunReport): SyncOutcome {
  const held = report.blueprints.some(
    ({ stale, deleted, deletionBlocked }) =>
      (deletionBlocked !== null && deletionBlocked.reason !== 'not_selected') ||
      (deletionBlocked === null && deleted < stale),
  );
  const ended = runState(report);
  const syncState = ended === 'completed' && held ? 'failed' : ended;
  return {
    syncState,
    success: syncState === 'completed',
    counts: { delete: { deleted: sum(report.blueprints.map(({ deleted }) => deleted)) } },
  };
}

/** The entry at which a blueprint's counts are shown: somewhere they must be. */
function ownerOf(blueprint: string, plan: readonly PlannedKind[]): PlannedKind | undefined {
  return (
    plan.find(({ blueprints }) => blueprints.includes(blueprint)) ??
    plan.find(({ decidesBlueprint }) => decidesBlueprint) ??
    plan[0]
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
