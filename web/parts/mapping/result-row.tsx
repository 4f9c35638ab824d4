import type { MapDocument } from '../../api/documents.ts';
import { valueText } from '../../ui/format.ts';
import { Shape } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { type ResultRow as Row, wordsOf } from './result-words.ts';

type Field = MapDocument['items'][number]['rows'][number]['fields'][number];

/** What one entry made of the item: each expression with its value, and the entity as Port would get it. */
export function ResultRow({ row }: { readonly row: Row }) {
  const { title, tone, shape, why } = wordsOf(row);
  return (
    <article class="stack tight result">
      <h3>
        <span class={`mark ${tone}`}>
          <Shape shape={shape} />
          <span>{title}</span>
        </span>{' '}
        <code>
          <Name text={row.entry} />
        </code>
      </h3>
      {why !== '' && <p>{why}</p>}
      {row.problems.map((problem) => (
        <p key={problem} class={row.result === 'rejected' ? 'tone-bad' : 'tone-warn'}>
          <Name text={problem} />
        </p>
      ))}
      {row.fields.length > 0 && (
        <dl class="fields">
          {row.fields.map((field) => (
            <FieldLine key={field.path} field={field} />
          ))}
        </dl>
      )}
      {row.entity !== undefined && (
        <>
          <h3>The entity as Port would get it</h3>
          <pre class="entity-json">
            <Name text={JSON.stringify(row.entity, null, 2)} />
          </pre>
        </>
      )}
    </article>
  );
}

/** A long path breaks after its folder. */
function PathOfField({ path }: { readonly path: string }) {
  const [, folder = '', rest = ''] = /^(properties\.|relations\.|selector\.)?(.*)$/s.exec(path) ?? [];
  return (
    <>
      {folder}
      <wbr />
      <Name text={rest} />
    </>
  );
}

function FieldLine({ field: { path, expression, value, error, input } }: { readonly field: Field }) {
  return (
    <div>
      <dt>
        <PathOfField path={path} />
      </dt>
      <dd>
        {error === undefined ? (
          <Name text={value === undefined ? 'no value' : valueText(value)} />
        ) : (
          <span class="tone-bad">
            Failed: <Name text={error} />
          </span>
        )}
        <code class="expression">
          <Name text={expression} />
        </code>
        {input !== undefined && (
          <span class="small quiet">
            looked at <Name text={valueText(input)} />
          </span>
        )}
      </dd>
    </div>
  );
}
