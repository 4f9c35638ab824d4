import type { Explanation, JournalRow } from '../../api/documents.ts';
import { FromTo } from '../../ui/from-to.tsx';
import { Name } from '../../ui/name.tsx';
import { expressionOf } from './expressions.ts';
import { changedFields, differences, fieldName, NOT_KEPT } from './row-words.ts';

interface Props {
  readonly row: JournalRow;
  readonly explained: Explanation | undefined;
}

/** The changed fields of a row, old and new, each with the expression that gives it. */
export function ChangedFields({ row, explained }: Props) {
  const fields = changedFields(row);
  if (fields.length === 0) return null;
  const members = differences(row);
  return (
    <section class="stack tight">
      <h3>{row.action === 'create' ? 'Fields' : 'Changed fields'}</h3>
      <dl class="run-fields">
        {fields.map(({ path }) => {
          const own = members.filter((member) => member.path === path || member.path.startsWith(`${path}.`));
          const expression = expressionOf(explained, path, row.source?.entries ?? []);
          return (
            <div key={path}>
              <dt>
                <Name text={fieldName(path)} />
              </dt>
              <dd>
                {own.map((member) => (
                  <div key={member.path}>
                    {member.path !== path && (
                      <span class="quiet">
                        <Name text={member.path.slice(path.length + 1)} />{' '}
                      </span>
                    )}
                    {'from' in member || 'to' in member ? (
                      <FromTo change={row.action === 'create' ? { to: member.to } : member} />
                    ) : (
                      <span class="quiet">{NOT_KEPT}</span>
                    )}
                  </div>
                ))}
                {expression !== undefined && <code class="quiet run-expression">{expression}</code>}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
