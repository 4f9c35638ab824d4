import type { Explanation } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { Shape } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';

/** Where it leads to, and whether that exists. */
export function Relations({ relations }: Pick<Explanation, 'relations'>) {
  return (
    <section class="stack tight">
      <h2>Relations</h2>
      {relations.length === 0 ? (
        <p class="quiet">None has a target.</p>
      ) : (
        <table class="pairs">
          <thead>
            <tr>
              <th scope="col">Relation</th>
              <th scope="col">Leads to</th>
              <th scope="col">There?</th>
            </tr>
          </thead>
          <tbody>
            {relations.map(({ relation, target, exists }) => (
              <tr key={`${relation} ${target.identifier}`}>
                <th scope="row">
                  <Name text={relation} />
                </th>
                <td>
                  <Link to={pathOf('catalog', target.blueprint, target.identifier)}>
                    <Name text={target.identifier} />
                  </Link>
                </td>
                <td>
                  <Exists exists={exists} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {relations.some(({ exists }) => exists === false) && (
        <p class="quiet">It is written without a relation whose target is not there; a later resync adds it.</p>
      )}
    </section>
  );
}

function Exists({ exists }: { readonly exists: boolean | null }) {
  if (exists === null) return <span class="quiet">not known</span>;
  return (
    <span class={exists ? 'mark tone-ok' : 'mark tone-bad'}>
      <Shape shape={exists ? 'check' : 'cross'} />
      <span>{exists ? 'yes' : 'no'}</span>
    </span>
  );
}
