import { status } from '../api/events.ts';
import { Link, navigate } from '../router.tsx';
import { SECTIONS } from '../routes.tsx';
import { useKeys } from '../ui/keys.ts';
import { StatusMark } from '../ui/mark.tsx';

export function TopBar({ path }: { readonly path: string }) {
  const state = status.value?.state;
  useKeys(
    Object.fromEntries(SECTIONS.map(({ key, text, to }) => [key, { what: `Go to ${text}`, run: () => navigate(to) }])),
  );
  return (
    <header class="top-bar">
      <Link to="/" class="brand">
        komodor-port
      </Link>
      <nav aria-label="Sections">
        <ul>
          {SECTIONS.map(({ to, text, begins }) => (
            <li key={to}>
              <Link to={to} aria-current={begins.test(path) ? 'page' : undefined}>
                {text}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div class="row right">{state != null && <StatusMark name={state} />}</div>
    </header>
  );
}
