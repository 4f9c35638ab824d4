import type { Explanation } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { Name } from '../../ui/name.tsx';

/** What exists and resembles the name that was asked for. */
export function Resembling({ resembling }: Pick<Explanation, 'resembling'>) {
  if (resembling.length === 0) return null;
  return (
    <section class="stack tight">
      <h2>Did you mean one of these?</h2>
      <ul>
        {resembling.map(({ blueprint, identifier, title }) => (
          <li key={`${blueprint} ${identifier}`}>
            <Link to={pathOf('catalog', blueprint, identifier)}>
              <Name text={identifier} />
            </Link>{' '}
            <span class="quiet">
              <Name text={blueprint} /> {title !== null && title !== identifier && <Name text={title} />}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
