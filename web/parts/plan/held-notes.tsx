import type { RunReport } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { plural } from '../../ui/format.ts';
import { Shape } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { canBeApproved, percent, reasonWords } from './held-words.ts';

/** The deletions that a resync would hold back, each with its reason and the way to decide. */
export function HeldNotes({ report: { runId, blueprints } }: { readonly report: RunReport }) {
  const held = blueprints.flatMap(({ blueprint, deletionBlocked }) =>
    deletionBlocked ? [{ blueprint, ...deletionBlocked }] : [],
  );
  if (held.length === 0) return null;
  const first = held.find(({ reason }) => canBeApproved(reason))?.blueprint;
  return (
    <ul class="note hold stack tight" aria-label="Held back">
      {held.map(({ blueprint, reason, count, total }) => (
        <li key={blueprint} class="row">
          <span class="mark tone-hold">
            <Shape shape="pause" />
            <strong>Held back</strong>
          </span>
          <span>
            {plural(count, 'deletion')}
            {total !== undefined && total > 0 && ` of ${total} (${percent(count / total)})`} in{' '}
            <Name text={blueprint} />: {reasonWords(reason).title}.
          </span>
          <Link to={pathOf('runs', runId, 'held', blueprint)}>Look and decide</Link>
          {blueprint === first && <kbd>a</kbd>}
        </li>
      ))}
    </ul>
  );
}
