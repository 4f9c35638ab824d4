import { duration } from '../../../src/core/duration.ts';
import type { Status } from '../../api/documents.ts';
import { Link } from '../../router.tsx';
import { distanceText } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { Time } from '../../ui/time.tsx';
import { wordOf } from '../../ui/words.ts';
import { ageBar, type Blueprint, whyOf, worstFirst } from './freshness.ts';
import { sinceTold } from './received.ts';
import { ticked } from './ticked.ts';

/** How old the last complete truth of each blueprint is, against the interval of resyncs. */
export function FreshnessTable({ status }: { readonly status: Status }) {
  const { blueprints, next, needsPerson } = status;
  const noted = needsPerson.flatMap((action) => (action.type === 'repair' ? action.blueprints : action.blueprint));
  return (
    <section class="stack tight" aria-labelledby="freshness">
      <h2 id="freshness">Freshness</h2>
      <div class="wide">
        <table class="freshness">
          <thead>
            <tr>
              <th scope="col">Blueprint</th>
              <th scope="col">State</th>
              <th scope="col">
                {next.intervalMs === null ? 'Age' : `Age in intervals of ${duration(next.intervalMs)}`}
              </th>
              <th scope="col">Last complete truth</th>
            </tr>
          </thead>
          <tbody>
            {worstFirst(blueprints).map((one) => (
              <Row key={one.blueprint} one={one} intervalMs={next.intervalMs} why={whyOf(one, noted)} />
            ))}
          </tbody>
        </table>
      </div>
      {next.intervalMs === null && (
        <p class="small quiet">
          There is no interval to judge by: <code>RESYNC_INTERVAL</code> is off, or only webhooks ask for resyncs.
        </p>
      )}
    </section>
  );
}

interface RowProps {
  readonly one: Blueprint;
  readonly intervalMs: number | null;
  readonly why: string | undefined;
}

function Row({ one, intervalMs, why }: RowProps) {
  const { blueprint, state, lastTruthAt, ageMs, stalled } = one;
  const bar = ageBar(ageMs + sinceTold.value, intervalMs);
  const tone = stalled ? 'bad' : wordOf(state ?? 'unknown').tone;
  return (
    <tr>
      <td>
        <Link to={`/runs/latest?blueprint=${encodeURIComponent(blueprint)}`}>
          <Name text={blueprint} />
        </Link>
      </td>
      <td>{state === null ? <span class="quiet">Not judged</span> : <StatusMark name={state} />}</td>
      <td class="age">
        {bar === null ? (
          <span class="number">{distanceText(0, ageMs + sinceTold.value)}</span>
        ) : (
          <>
            <span
              class={`age-bar tone-${tone}`}
              aria-hidden="true"
              style={{ '--age': bar.age, '--interval': bar.interval }}
            >
              <span class="part" />
              <span class="limit" />
            </span>
            <span class="small number">{bar.words}</span>
          </>
        )}
        {why !== undefined && (
          <span class="reason small">
            <Name text={ticked(why, sinceTold.value)} />
          </span>
        )}
      </td>
      <td class="number when">
        {lastTruthAt === null ? <span class="quiet">none yet</span> : <Time at={lastTruthAt} />}
      </td>
    </tr>
  );
}
