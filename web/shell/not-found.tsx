import { Link } from '../router.tsx';
import { SECTIONS } from '../routes.tsx';
import { Button } from '../ui/button.tsx';
import { Name } from '../ui/name.tsx';
import { overlay } from './overlay.ts';

export function NotFound({ path }: { readonly path: string }) {
  const search = () => {
    overlay.value = 'search';
  };
  return (
    <div class="stack">
      <h1 tabIndex={-1}>There is no such view</h1>
      <p>
        Nothing is at <Name text={path} />. What there is:
      </p>
      <ul class="stack tight">
        {SECTIONS.map(({ to, text }) => (
          <li key={to}>
            <Link to={to}>{text}</Link>
          </li>
        ))}
      </ul>
      <p>
        <Button onClick={search}>
          Search for what you expected here <kbd>/</kbd>
        </Button>
      </p>
    </div>
  );
}
