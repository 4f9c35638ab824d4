import type { Freshness } from '../core/freshness.ts';
import type { RunReport } from '../core/report.ts';

/** How the catalog stands, as people are told. */
export type Condition = 'ok' | 'blocked' | 'degraded' | 'failed' | 'stalled';

/** A condition, and a key that changes when people have to be told again. */
export interface CatalogStatus {
  readonly condition: Condition;
  readonly key: string;
}

/** What the notifier needs to know of the freshness. */
export type StallAndActions = Pick<Freshness, 'stalled' | 'actions'>;

/**
 * The status while the catalog is not brought up to date; undefined when it is. Deletions that are held back meanwhile are
 * news of their own.
 */
export function statusWhileStalled({ stalled, actions }: StallAndActions): CatalogStatus | undefined {
  if (stalled === null) return undefined;
  const held = actions.flatMap((action) =>
    action.type === 'approve_deletions' ? [`${action.blueprint} ${action.heldBack.reason}`] : [],
  );
  return { condition: 'stalled', key: ['stalled', ...held.sort()].join(' | ') };
}

/**
 * How a finished run leaves the catalog; undefined when it says nothing about the whole: a plan, a run that was stopped, or
 * a run of a few kinds that went well.
 */
export function statusAfter(report: RunReport, isWhole: boolean): CatalogStatus | undefined {
  const { mode, status, blueprints } = report;
  if (mode !== 'resync' || status === 'aborted') return undefined;
  if (status === 'completed') return isWhole ? { condition: 'ok', key: 'ok' } : undefined;
  // Another held-back blueprint is news. Another digest of the same one is not: the number of its entities may change with every run.
  const held = blueprints.flatMap(({ blueprint, deletionBlocked }) =>
    deletionBlocked === null ? [] : [`${blueprint} ${deletionBlocked.reason}`],
  );
  return { condition: status, key: [status, ...(status === 'blocked' ? held.sort() : [])].join(' | ') };
}

/** The condition in a key that was kept; undefined when there is none. */
export function conditionIn(key: string | null): Condition | undefined {
  const word = key?.split(' | ')[0];
  const all: readonly Condition[] = ['ok', 'blocked', 'degraded', 'failed', 'stalled'];
  return all.find((condition) => condition === word);
}
