import type { Explanation, JournalRow } from '../../api/documents.ts';
import type { Loaded } from '../../api/use-load.ts';
import { Loading } from '../../ui/loading.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';

interface Props {
  readonly source: JournalRow['source'];
  readonly explained: Loaded<Explanation>;
}

/** The item that gave the entity, as it is now. */
export function Origin({ source, explained: { value, problem, loading, reload } }: Props) {
  return (
    <section class="stack tight">
      <h3>Where it comes from</h3>
      {source && (
        <p>
          <Name text={source.kind} /> <Name text={source.item} /> <code class="quiet">{source.entries.join(', ')}</code>
        </p>
      )}
      {loading && value === undefined && <Loading what="the item and its expressions" />}
      {problem && <ProblemBox what="Could not ask how it is now" problem={problem} onRetry={reload} />}
      {value && value.sources.length === 0 && <p class="quiet">{value.summary}</p>}
      {value?.sources.map(({ kind, label, item }) => (
        <details key={`${kind} ${label}`} class="run-item">
          <summary>
            The item now: <Name text={label} />
          </summary>
          <pre class="run-body" tabIndex={0} role="region" aria-label={`The item ${label}`}>
            <Name text={JSON.stringify(item, undefined, 2)} />
          </pre>
        </details>
      ))}
    </section>
  );
}
