import type { HeldSet } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { plural } from '../../ui/format.ts';
import { Shape } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { causeWords, reasonWords, shareWords } from './held-words.ts';

/** Why the set is held back, how large a share it is, and which entities the second read still showed. */
export function HeldFacts({ runId, set }: { readonly runId: string; readonly set: HeldSet }) {
  const { reason, digest, share, threshold, witnesses } = set;
  const { title, next } = reasonWords(reason);
  const causes = causeWords(set);
  return (
    <section class="note hold stack tight" aria-label="Why">
      <p>
        <span class="mark tone-hold">
          <Shape shape="pause" />
        </span>{' '}
        <strong class="tone-hold">{title}.</strong> {next}
      </p>
      <p>{shareWords(set)}.</p>
      {share !== null && <ShareBar share={share} threshold={reason === 'unmapped' ? null : threshold} />}
      {causes !== '' && (
        <p>
          <Name text={causes} />
        </p>
      )}
      {witnesses.length > 0 && (
        <p>
          Still there when asked again ({plural(witnesses.length, 'name')}):{' '}
          {witnesses.map((name, at) => (
            <span key={name}>
              {at > 0 && ', '}
              <Link to={pathOf('catalog', set.blueprint, name)}>
                <Name text={name} />
              </Link>
            </span>
          ))}
        </p>
      )}
      <p class="small quiet">
        From{' '}
        <Link to={pathOf('runs', runId)}>
          run <Name text={runId} />
        </Link>
        ; the set has the digest <code>{digest}</code>.
      </p>
    </section>
  );
}

/** The share that would go, and the mark of what may. */
function ShareBar({ share, threshold }: { readonly share: number; readonly threshold: number | null }) {
  return (
    <div class="share" style={{ '--share': `${share * 100}%` }} aria-hidden="true">
      <span class="part" />
      {threshold !== null && <span class="allowed" style={{ '--allowed': `${threshold * 100}%` }} />}
    </div>
  );
}
