import { Link } from '../router.tsx';
import { Empty } from '../ui/empty.tsx';
import { Name } from '../ui/name.tsx';

export function NotFound({ path }: { readonly path: string }) {
  return (
    <div class="stack">
      <h1 tabIndex={-1}>There is no such view</h1>
      <Empty what="This address leads nowhere.">
        <p>
          <Name text={path} />
        </p>
        <p>
          <Link to="/">See how things are now</Link>
        </p>
      </Empty>
    </div>
  );
}
