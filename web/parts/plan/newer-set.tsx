import { status } from '../../api/events.ts';
import { Link, pathOf } from '../../router.tsx';
import { SetDifference } from './set-difference.tsx';
import type { SetName } from './use-names.ts';

interface Props {
  readonly set: SetName;
  /** When the set was held back; undefined: not known. */
  readonly at: string | undefined;
}

/** Says before an approval is sent that a later resync holds another set, or none, so that this one would be refused. */
export function NewerSet({ set, at }: Props) {
  const { needsPerson = [], lastRun } = status.value ?? {};
  const isLater = lastRun && lastRun.runId !== set.runId && at !== undefined && lastRun.finishedAt > at;
  if (!isLater) return null;
  const now = needsPerson.find((each) => each.type === 'approve_deletions' && each.blueprint === set.blueprint);
  if (now?.type !== 'approve_deletions') {
    return (
      <p class="note warn">
        <strong>Nothing waits for an approval here any more.</strong> A later resync,{' '}
        <Link to={pathOf('runs', lastRun.runId)}>the last one</Link>, holds no such set back: the entities are gone, or
        Komodor has them again, or it could not tell. An approval of this set would be refused.
      </p>
    );
  }
  if (now.runId === set.runId || now.digest === set.digest) return null;
  return (
    <section class="note warn stack tight" aria-label="A newer set">
      <p>
        <strong>The last resync holds another set back.</strong> An approval of this one will be refused, unless Komodor
        has changed back since.{' '}
        <Link to={pathOf('runs', now.runId, 'held', set.blueprint)}>Look at the set held now</Link>
      </p>
      <SetDifference before={set} now={{ ...set, runId: now.runId, digest: now.digest, count: now.count }} />
    </section>
  );
}
