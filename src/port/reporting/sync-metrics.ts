import type { RunReport } from '../../core/report.ts';
import type { ReportedEntry } from './reported-entries.ts';

/** The states in Port's sync metrics. */
type SyncState = 'pending' | 'syncing' | 'completed' | 'failed' | 'aborted';

/** The installation and the run of a document. */
export interface SyncIdentity {
  readonly integrationIdentifier: string;
  readonly version: string;
  readonly runId: string;
}

/** Numbers by phase and type, e.g. `{ extract: { raw_extracted: 12 } }`. */
interface SyncCounts {
  readonly [phase: string]: { readonly [type: string]: number };
}

/** The outcome of one part of a run. */
export interface SyncOutcome {
  readonly syncState: SyncState;
  readonly success?: boolean;
  readonly durationMs?: number;
  readonly counts?: SyncCounts;
}

/** One document of Port's sync metrics, as Port's own integrations send it. */
export type SyncDocument = ReturnType<typeof syncDocument>;

/** @param part an entry of the mapping, or one of Port's two names for parts that are not entries */
export function syncDocument(
  identity: SyncIdentity,
  part: ReportedEntry | '__runtime__' | '__reconciliation__',
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
    // Port's own integrations also have a framework version. We have only one version.
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
export function kindIdentifier({ kind, index }: ReportedEntry): string {
  return `${kind}-${index}`;
}

/** Port's state of a whole run. `degraded` and `blocked` are `completed`; the documents of the parts tell what failed. */
export function runState({ status }: RunReport): 'completed' | 'failed' | 'aborted' {
  return status === 'failed' || status === 'aborted' ? status : 'completed';
}

/**
 * The outcome of an entry. Counts of reading and mapping are those of its kind. Counts of writing are shown once per
 * blueprint, at the first entry that writes it. A failed write, an incomplete read and a disabled entry are not completed.
 */
export function entryOutcome(report: RunReport, plan: readonly ReportedEntry[], entry: ReportedEntry): SyncOutcome {
  const read = report.kinds.find(({ kind }) => kind === entry.kind);
  const written = report.blueprints.filter(({ blueprint }) => entryShownFor(blueprint, plan) === entry);
  const failed = sum(written.map((blueprint) => blueprint.failed));
  const isFailed =
    entry.disabled || !read?.complete || failed > 0 || [read, ...written].some(({ status }) => status === 'failed');
  // Even if the kind was read completely, its relations and deletions were not done.
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

/** The outcome of the deletions: failed when some were blocked or refused, unless this run was not to delete them. */
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

/** The entry at which a blueprint's counts are shown. */
function entryShownFor(blueprint: string, plan: readonly ReportedEntry[]): ReportedEntry | undefined {
  return (
    plan.find(({ blueprints }) => blueprints.includes(blueprint)) ??
    plan.find(({ computesBlueprint }) => computesBlueprint) ??
    plan[0]
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
