import type { Explanation } from '../../api/documents.ts';
import { Name } from '../../ui/name.tsx';
import { FieldRow } from './field-row.tsx';
import { RESULT_WORDS } from './result-words.ts';

interface Props {
  readonly source: Explanation['sources'][number];
  readonly port: Explanation['port'];
}

/** What each entry of the mapping makes of an item: each field with its expression, input and value, or why it has none. */
export function Fields({ source: { kind, label, rows }, port }: Props) {
  return (
    <section class="stack tight">
      <h2>
        <Name text={kind} /> <span class="quiet">from</span> <Name text={label} />
      </h2>
      {rows.length === 0 && <p class="quiet">No entry of the mapping has anything to do with this item.</p>}
      {rows.map((row, at) => (
        <div key={`${row.entry} ${at}`} class="stack tight">
          <p>
            <code>
              <Name text={row.entry} />
            </code>{' '}
            {RESULT_WORDS[row.result]}
          </p>
          {row.problems.length > 0 && (
            <ul class="note warn">
              {row.problems.map((problem) => (
                <li key={problem}>
                  <Name text={problem} />
                </li>
              ))}
            </ul>
          )}
          {row.fields.length > 0 && (
            <table class="fields">
              <thead>
                <tr>
                  <th scope="col">Field</th>
                  <th scope="col">Expression</th>
                  <th scope="col">Value, and what it is made of</th>
                  <th scope="col">In Port</th>
                </tr>
              </thead>
              <tbody>
                {row.fields.map((field) => (
                  <FieldRow key={field.path} field={field} port={row.result === 'entity' ? port : null} />
                ))}
              </tbody>
            </table>
          )}
        </div>
      ))}
    </section>
  );
}
