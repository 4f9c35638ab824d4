import type { Explanation } from '../../api/documents.ts';
import { Name } from '../../ui/name.tsx';
import { finalEntity, wholeText } from './field-rows.ts';

/** The item as Komodor gives it, beside the entity as Port gets it. */
export function RawAndFinal({ explanation }: { readonly explanation: Explanation }) {
  const { sources, port } = explanation;
  const [source] = sources;
  const final = finalEntity(explanation);
  if (source === undefined && port === null) return null;
  return (
    <div class="two">
      <section class="stack tight">
        <h2>The raw item</h2>
        {source === undefined ? (
          <p class="quiet">Nothing that is read gives it.</p>
        ) : (
          <pre class="document" role="region" tabIndex={0} aria-label="The raw item">
            <Name text={wholeText(source.item)} />
          </pre>
        )}
      </section>
      <section class="stack tight">
        <h2>{final === undefined ? 'The entity in Port' : 'The entity that the mapping makes'}</h2>
        {final === undefined && port === null ? (
          <p class="quiet">The mapping makes no entity of it.</p>
        ) : (
          <pre class="document" role="region" tabIndex={0} aria-label="The final entity">
            <Name text={wholeText(final ?? port?.entity)} />
          </pre>
        )}
      </section>
    </div>
  );
}
