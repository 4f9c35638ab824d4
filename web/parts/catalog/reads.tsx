import type { Explanation } from '../../api/documents.ts';
import { Shape } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';

/** What was asked for this answer, and what was not answered. */
export function Reads({ reads }: Pick<Explanation, 'reads'>) {
  return (
    <section class="stack tight">
      <h2>Asked for this</h2>
      <ul>
        {reads.map(({ kind, complete, detail }, at) => (
          <li key={`${kind} ${at}`}>
            <span class={complete ? 'mark tone-ok' : 'mark tone-warn'}>
              <Shape shape={complete ? 'check' : 'ring'} />
              <span>{complete ? '' : 'Not known: '}</span>
            </span>{' '}
            <Name text={kind} />: <Name text={detail} />
          </li>
        ))}
      </ul>
    </section>
  );
}
