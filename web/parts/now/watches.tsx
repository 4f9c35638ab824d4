import type { Status } from '../../api/documents.ts';
import { plural } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';
import { Time } from '../../ui/time.tsx';

/** The watches of the cluster: how many work, and each that does not. */
export function Watches({ watches }: { readonly watches: NonNullable<Status['watches']> }) {
  const away = watches.filter(({ state }) => state !== 'watching');
  const last = watches
    .flatMap(({ lastEventAt }) => lastEventAt ?? [])
    .sort()
    .at(-1);
  return (
    <>
      <span>
        {watches.length === 0
          ? 'none'
          : `${watches.length - away.length} of ${plural(watches.length, 'watch', 'watches')} open`}
      </span>
      {last !== undefined && (
        <span class="quiet">
          , last event <Time at={last} />
        </span>
      )}
      {away.map(({ kind, namespace, state, why, since }) => (
        <span key={`${kind} ${namespace}`} class="below small tone-warn">
          <Name text={kind} /> {namespace !== null && <Name text={`in ${namespace}`} />}{' '}
          {state === 'starting' ? 'begins' : 'waits'}
          {why !== null && ': '}
          {why !== null && <Name text={why} />} (<Time at={since} />)
        </span>
      ))}
    </>
  );
}
