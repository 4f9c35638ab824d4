import { status } from '../../api/events.ts';
import { Link, pathOf } from '../../router.tsx';
import { SetDifference } from './set-difference.tsx';
import type { SetName } from './use-names.ts';

/** Says before an approval is sent that the last resync holds another set, so that this one would be refused. */
export function NewerSet({ set }: { readonly set: SetName }) {
  const now = status.value?.needsPerson.find(
    (action) => action.type === 'approve_deletions' && action.blueprint === set.blueprint,
  );
  if (now?.type !== 'approve_deletions' || now.runId === set.runId || now.digest === set.digest) return null;
  // A plan may be newer than the last resync.
  if (status.value?.lastRun && status.value.lastRun.runId !== now.runId) return null;
  return (
    <section class="note warn stack tight" aria-label="A newer set">
      <p>
        <strong>The last resync holds another set back.</strong> If Komodor has not changed again since, an approval of
        this one will be refused.{' '}
        <Link to={pathOf('runs', now.runId, 'held', set.blueprint)}>Look at the set held now</Link>
      </p>
      <SetDifference before={set} now={{ ...set, runId: now.runId, digest: now.digest, count: now.count }} />
    </section>
  );
}
