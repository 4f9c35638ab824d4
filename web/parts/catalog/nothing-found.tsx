import { get } from '../../api/client.ts';
import type { Status } from '../../api/documents.ts';
import { useLoad } from '../../api/use-load.ts';
import { Link, pathOf } from '../../router.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Name } from '../../ui/name.tsx';

/** Nothing has this in its name: what that means, and how to ask for exactly one. */
export function NothingFound({ q }: { readonly q: string }) {
  const { value } = useLoad<Status>('blueprints', (signal) => get('v1/status', { signal }));
  const blueprints = value?.blueprints ?? [];
  return (
    <Empty what="Nothing in Port has this in its identifier or title, and no run has left out, refused or deleted such a name.">
      <p>
        What a selector keeps from being read (clusters, namespaces, types) has no name here. If you know the whole
        identifier, ask for exactly it, and Komodor is asked too:
      </p>
      <ul class="row center">
        {blueprints.map(({ blueprint }) => (
          <li key={blueprint}>
            <Link to={pathOf('catalog', blueprint, q)}>
              <Name text={blueprint} /> <Name text={q} />
            </Link>
          </li>
        ))}
      </ul>
    </Empty>
  );
}
