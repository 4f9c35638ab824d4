import { connection, status } from '../api/events.ts';
import { Link } from '../router.tsx';
import { SECTIONS } from '../routes.tsx';
import { Button } from '../ui/button.tsx';
import { StatusMark } from '../ui/mark.tsx';
import { overlay } from './overlay.ts';
import { togglePause, useShellKeys } from './shell-keys.ts';

export function TopBar({ path }: { readonly path: string }) {
  const state = status.value?.state;
  const isPaused = connection.value.state === 'paused';
  useShellKeys();
  return (
    <header class="top-bar">
      <Link to="/" class="brand">
        komodor-port
      </Link>
      <nav aria-label="Sections">
        <ul>
          {SECTIONS.map(({ to, text, key, begins }) => (
            <li key={to}>
              <Link to={to} aria-current={begins.test(path) ? 'page' : undefined} title={`${text} (${key})`}>
                {text}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div class="row right">
        {state != null && <StatusMark name={state} />}
        <Button
          onClick={() => {
            overlay.value = 'search';
          }}
        >
          Search <kbd>/</kbd>
        </Button>
        <Button aria-pressed={isPaused} onClick={togglePause}>
          Pause <kbd>p</kbd>
        </Button>
        <Button
          aria-label="Keys"
          onClick={() => {
            overlay.value = 'help';
          }}
        >
          <kbd>?</kbd>
        </Button>
      </div>
    </header>
  );
}
