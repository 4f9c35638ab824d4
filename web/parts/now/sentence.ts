import { duration } from '../../../src/core/duration.ts';
import type { Status } from '../../api/documents.ts';
import { plural } from '../../ui/format.ts';
import { ticked } from './ticked.ts';

/**
 * How things are, in one sentence: the service's own. What waits for a person is told in short, for the notes below it have
 * the rest.
 * @param elapsedMs how long ago the service said it
 */
export function sentenceOf(status: Status, elapsedMs: number): string {
  const { state, stalled, needsPerson } = status;
  if (stalled !== null || state !== 'action_required' || needsPerson.length === 0)
    return ticked(status.sentence, elapsedMs);
  const approvals = needsPerson.filter((action) => action.type === 'approve_deletions');
  const repairs = needsPerson.length - approvals.length;
  const what = [
    ...(repairs > 0 ? [repairs === 1 ? 'something has to be repaired' : `${repairs} things have to be repaired`] : []),
    ...(approvals.length > 0 ? [waiting(approvals)] : []),
  ];
  return `Action required: ${what.join(', and ')}; ${truthOf(status, elapsedMs)}`;
}

function waiting(approvals: readonly { readonly blueprint: string; readonly count: number }[]): string {
  const count = approvals.reduce((sum, one) => sum + one.count, 0);
  const [first] = approvals;
  const where = approvals.length === 1 && first ? `of ${first.blueprint}` : `in ${approvals.length} blueprints`;
  return `${plural(count, 'deletion')} ${where} ${count === 1 ? 'waits' : 'wait'} for you`;
}

/** Of the blueprint that has waited longest. */
function truthOf({ blueprints }: Status, elapsedMs: number): string {
  const without = blueprints.filter(({ lastTruthAt }) => lastTruthAt === null);
  if (blueprints.length === 0 || without.length > 0) return 'no complete truth yet';
  return `last complete truth ${duration(Math.max(...blueprints.map(({ ageMs }) => ageMs)) + elapsedMs)} ago`;
}
