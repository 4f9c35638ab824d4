import type { RunReport } from '../../api/documents.ts';
import type { Draft } from './draft.ts';
import { effectOf } from './plan-effect.ts';

interface Given {
  readonly draft: Pick<Draft, 'mapping' | 'plan'>;
  /** Of the mapping in use. */
  readonly source: 'port' | 'file';
  readonly isEdited: boolean;
  /** The finished plan of `draft.plan`; undefined: there is none yet. */
  readonly report: RunReport | undefined;
}

/** Why the mapping cannot be written to Port now; undefined: it can. */
export function whyNotWritten({ draft: { mapping, plan }, source, isEdited, report }: Given): string | undefined {
  if (source === 'file') return 'Files are the source here, so Port is not written to.';
  if (!isEdited) return 'Nothing is edited.';
  if (plan === undefined) return 'Plan it first, and look at what it would do.';
  if (plan.mapping !== mapping) return 'The text was changed after the plan. Plan it again.';
  if (report === undefined) return 'The plan has not finished yet.';
  const { unfit } = effectOf(report);
  return unfit === undefined ? undefined : `${unfit} Mend what it says, and plan again.`;
}
