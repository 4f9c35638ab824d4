import type { Explanation } from '../../api/documents.ts';
import { FromTo } from '../../ui/from-to.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { changedFields } from '../plan/changed-fields.ts';

const ACTION_WORDS: Readonly<Record<Explanation['next']['action'], string>> = {
  none: 'Nothing',
  create: 'Creates it',
  update: 'Updates it',
  delete: 'Deletes it',
  held_back: 'Holds its deletion back',
  unknown: 'Not known',
};

/** What the next resync does with it, field by field. */
export function NextStep({ explanation: { next } }: { readonly explanation: Explanation }) {
  const { action, changes, reason } = next;
  const fields = changes === null ? [] : changedFields(changes);
  return (
    <section class="stack tight">
      <h2>The next resync</h2>
      <p>
        <StatusMark name={action === 'none' ? 'current' : action} word={ACTION_WORDS[action]} />
        {reason !== '' && (
          <>
            : <Name text={reason} />
          </>
        )}
      </p>
      {fields.length > 0 && (
        <table class="pairs">
          <thead class="seen-by-readers">
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Change</th>
            </tr>
          </thead>
          <tbody>
            {fields.map(({ name, change }) => (
              <tr key={name}>
                <th scope="row">
                  <Name text={name} />
                </th>
                <td>
                  <FromTo change={change} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
