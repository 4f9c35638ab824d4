import { get } from '../../api/client.ts';
import type { HeldDocument, HeldSet } from '../../api/documents.ts';
import { useLoad } from '../../api/use-load.ts';
import { Link, pathOf } from '../../router.tsx';
import { countText } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';

/** Which entities in Port lead to those of the set. It is asked now, for the catalog has moved on since the run. */
export function Incoming({ runId, set }: { readonly runId: string; readonly set: HeldSet }) {
  const { blueprint, digest } = set;
  const path = `v1/runs/${encodeURIComponent(runId)}/held`;
  const { value, problem, loading, reload } = useLoad(`incoming ${runId} ${digest}`, async (signal) => {
    const { held } = await get<HeldDocument>(path, { query: { blueprint }, signal });
    return held[0];
  });
  const relations = value?.incoming;
  return (
    <section class="stack tight" aria-labelledby="incoming">
      <h2 id="incoming">Relations that would break</h2>
      {problem && <ProblemBox what="Could not ask what leads to these entities" problem={problem} onRetry={reload} />}
      {value === undefined && loading && <Loading what="what leads to these entities, from Port" />}
      {value?.incomingProblem && <p class="note warn">{value.incomingProblem}.</p>}
      {relations?.length === 0 && <p class="quiet">Nothing in Port leads to these entities now.</p>}
      {relations && relations.length > 0 && <RelationTable relations={relations} />}
    </section>
  );
}

function RelationTable({ relations }: { readonly relations: NonNullable<HeldSet['incoming']> }) {
  return (
    <div class="wide">
      <table class="incoming">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Relation</th>
            <th scope="col" class="number">
              Entities
            </th>
            <th scope="col">What becomes of it</th>
            <th scope="col">For example</th>
          </tr>
        </thead>
        <tbody>
          {relations.map(({ blueprint, relation, required, count, sample }) => (
            <tr key={`${blueprint} ${relation}`}>
              <td>
                <Name text={blueprint} />
              </td>
              <td>
                <Name text={relation} />
              </td>
              <td class="number">{countText(count)}</td>
              <td>
                {required ? <strong class="tone-bad">required: Port refuses the deletion</strong> : 'Port empties it'}
              </td>
              <td>
                {sample.slice(0, 3).map(({ identifier, title }, at) => (
                  <span key={identifier}>
                    {at > 0 && ', '}
                    <Link to={pathOf('catalog', blueprint, identifier)}>
                      <Name text={title ?? identifier} cut />
                    </Link>
                  </span>
                ))}
                {count > 3 && <span class="quiet"> and {countText(count - 3)} more</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
