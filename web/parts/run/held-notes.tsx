import type { RunReport } from '../../api/documents.ts';
import { Link, navigate, pathOf } from '../../router.tsx';
import { countText, plural, shareText } from '../../ui/format.ts';
import { useKeys } from '../../ui/keys.ts';
import { Name } from '../../ui/name.tsx';
import { DECIDED_BY_PERSON } from './run-words.ts';

/** What was not deleted, and the way to decide about it. */
export function HeldNotes({ report: { runId, blueprints } }: { readonly report: RunReport }) {
  const held = blueprints.flatMap(({ blueprint, deletionBlocked }) =>
    deletionBlocked
      ? [{ blueprint, ...deletionBlocked, to: `${pathOf('runs', runId)}${pathOf('held', blueprint)}` }]
      : [],
  );
  const first = held.find(({ reason }) => DECIDED_BY_PERSON.includes(reason)) ?? held[0];
  useKeys(first ? { a: { what: 'Look at what is held back, and decide', run: () => navigate(first.to) } } : {});
  return (
    <>
      {held.map(({ blueprint, reason, count, total, threshold, to }) => {
        const isForPerson = DECIDED_BY_PERSON.includes(reason);
        const share = total === undefined || total === 0 ? undefined : shareText(count / total);
        return (
          <div key={blueprint} class={isForPerson ? 'note hold row apart' : 'note warn row apart'}>
            <p>
              <strong>
                {plural(count, 'deletion')} of <Name text={blueprint} />{' '}
                {isForPerson ? 'wait for a person' : 'held back'}
              </strong>{' '}
              ({reason.replaceAll('_', ' ')}
              {share !== undefined && `: ${share} of ${countText(total ?? 0)}`}
              {share !== undefined &&
                reason === 'threshold' &&
                threshold !== undefined &&
                (threshold === null ? ', none is allowed' : `, ${shareText(threshold)} is allowed`)}
              )
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
