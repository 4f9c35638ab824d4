import type { RunReport } from '../../api/documents.ts';
import { canBeApproved } from './held-words.ts';

type Blocked = NonNullable<RunReport['blueprints'][number]['deletionBlocked']>;

/** How the run ended that was to carry out an approved set. */
export type Outcome =
  /** `missing`: approved, but Port refused to delete them, or they were written meanwhile. */
  | { readonly type: 'done'; readonly deleted: number; readonly missing: number; readonly why: readonly string[] }
  /** The set is another one now, and waits for an approval of its own. */
  | { readonly type: 'changed'; readonly now: Blocked }
  /** The set is another one now, so small that it needed no approval. */
  | { readonly type: 'guard_let_go'; readonly deleted: number }
  /** Nothing of the blueprint is to go any more: deleted before, or back again. */
  | { readonly type: 'nothing_left' }
  /** No set of the blueprint can be approved now, whatever its digest: the read was not proved. */
  | { readonly type: 'not_proved'; readonly now: Blocked }
  | { readonly type: 'ended'; readonly status: RunReport['status']; readonly why: readonly string[] };

export interface Approved {
  readonly blueprint: string;
  readonly digest: string;
  readonly count: number;
}

/** Says how an approval ended, from the report of the run that it was given to. */
export function outcomeOf(report: RunReport, { blueprint, digest, count }: Approved): Outcome {
  const own = report.blueprints.find((each) => each.blueprint === blueprint);
  const now = own?.deletionBlocked ?? null;
  const errors = report.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  if (own === undefined) return { type: 'ended', status: report.status, why: errors };
  if (now !== null) return canBeApproved(now.reason) ? { type: 'changed', now } : { type: 'not_proved', now };
  const isUnmatched = report.problems.some(
    ({ code, message }) => code === 'approval_unmatched' && message.includes(digest),
  );
  if (isUnmatched) return own.deleted > 0 ? { type: 'guard_let_go', deleted: own.deleted } : { type: 'nothing_left' };
  if (own.deleted === 0 && own.stale === 0) {
    return report.status === 'aborted' || report.status === 'failed'
      ? { type: 'ended', status: report.status, why: errors }
      : { type: 'nothing_left' };
  }
  const why = report.problems.filter(({ code, message }) => code === 'delete_failed' && message.includes(blueprint));
  const missing = Math.max(0, count - own.deleted);
  return { type: 'done', deleted: own.deleted, missing, why: why.map(({ message }) => message) };
}
