import type { RunReport } from '../../api/documents.ts';
import { Link, navigate, pathOf } from '../../router.tsx';
import { countText, plural } from '../../ui/format.ts';
import { useKeys } from '../../ui/keys.ts';
import { Name } from '../../ui/name.tsx';
import { canBeApproved, percent, reasonWords } from '../plan/held-words.ts';

/** What was not deleted, and the way to decide about it. */
export function HeldNotes({ report: { runId, blueprints } }: { readonly report: RunReport }) {
  const held = blueprints.flatMap(({ blueprint, deletionBlocked }) =>
    deletionBlocked
      ? [{ blueprint, ...deletionBlocked, to: `${pathOf('runs', runId)}${pathOf('held', blueprint)}` }]
      : [],
  );
  const first = held.find(({ reason }) => canBeApproved(reason)) ?? held[0];
  useKeys(first ? { a: { what: 'Look at what is held back, and decide', run: () => navigate(first.to) } } : {});
  return (
    <>
      {held.map(({ blueprint, reason, count, total, threshold, to }) => {
        const isForPerson = canBeApproved(reason);
        return (
          <div key={blueprint} class={isForPerson ? 'note hold row apart' : 'note warn row apart'}>
            <p>
              <strong>
                {isForPerson ? (
                  <>
                    {plural(count, 'deletion')} of <Name text={blueprint} /> wait for a person.
                  </>
                ) : (
                  <>
                    {plural(count, 'entity', 'entities')} of <Name text={blueprint} /> not seen, and not deleted.
                  </>
                )}
              </strong>{' '}
              {reasonWords(reason).title}
              {reason === 'threshold' && total !== undefined && `: ${percent(count / total)} of ${countText(total)}`}
              {reason === 'threshold' && typeof threshold === 'number' && `, ${percent(threshold)} may`}.
            </p>
            <Link class={isForPerson ? 'button main' : 'button'} to={to}>
              {isForPerson ? 'Look and decide' : 'Look'} {to === first?.to && <kbd>a</kbd>}
            </Link>
          </div>
        );
      })}
    </>
  );
}
