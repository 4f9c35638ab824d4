import { connection, pauseEvents, restart } from '../api/events.ts';
import { navigate } from '../router.tsx';
import { SECTIONS } from '../routes.tsx';
import { type Keys, useKeys } from '../ui/keys.ts';
import { overlay } from './overlay.ts';

export function togglePause(): void {
  if (connection.peek().state === 'paused') restart();
  else pauseEvents();
}

const KEYS: Keys = {
  '/': {
    what: 'Search entities, runs and views',
    run() {
      overlay.value = 'search';
    },
  },
  '?': {
    what: 'These keys',
    run() {
      overlay.value = 'help';
    },
  },
  p: { what: 'Pause live updates, or go on', run: togglePause },
  ...Object.fromEntries(SECTIONS.map(({ key, text, to }) => [key, { what: text, run: () => navigate(to) }])),
};

/** The keys that work in every view. */
export const SHELL_KEYS = Object.keys(KEYS);

export function useShellKeys(): void {
  useKeys(KEYS);
}
