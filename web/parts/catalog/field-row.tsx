import type { Explanation } from '../../api/documents.ts';
import { valueText } from '../../ui/format.ts';
import { Shape } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { inPort, sameValue, whyEmpty } from './field-rows.ts';

interface Props {
  readonly field: Explanation['sources'][number]['rows'][number]['fields'][number];
  readonly port: Explanation['port'];
}

/** One field of an entry. */
export function FieldRow({ field, port }: Props) {
  const { path, expression, value, error, input } = field;
  const empty = whyEmpty(field);
  const stored = inPort(field, port);
  const differs = stored !== undefined && error === undefined && !sameValue(value, stored.value);
  return (
    <tr class={error === undefined ? undefined : 'failed'}>
      <th scope="row">
        <Name text={path} />
      </th>
      <td>
        <code>
          <Name text={expression.trim()} />
        </code>
      </td>
      <td>
        {empty === undefined ? (
          <Name text={valueText(value)} />
        ) : (
          <span class={error === undefined ? 'quiet' : 'mark tone-bad wraps'}>
            {error !== undefined && <Shape shape="cross" />}
            <Name text={empty} />
          </span>
        )}
        {input !== undefined && (
          <span class="input-of quiet">
            of <Name text={valueText(input)} />
          </span>
        )}
      </td>
      <td data-label={stored === undefined ? undefined : 'In Port: '}>
        {stored !== undefined && (
          <span class={differs ? 'mark tone-warn wraps' : 'quiet'}>
            {differs && <Shape shape="tilde" />}
            {differs ? <Name text={valueText(stored.value)} /> : stored.value === null ? 'null' : 'the same'}
          </span>
        )}
      </td>
    </tr>
  );
}
