import { connection } from '../../api/events.ts';
import { forgetToken, token, tokenWanted } from '../../api/token.ts';
import { SECTIONS } from '../../routes.tsx';
import { zone } from '../../ui/time.tsx';
import { overlay } from '../overlay.ts';
import { togglePause } from '../shell-keys.ts';
import { theme } from '../theme.ts';
import type { Choice } from './choices.ts';

/** The views, and what can be done in each of them. */
export function commands(): readonly Choice[] {
  const isPaused = connection.value.state === 'paused';
  const views = SECTIONS.map(({ to, text, key }) => ({ id: to, group: 'Views', text, key, to }) as const);
  const colours = (['light', 'dark', 'system'] as const)
    .filter((each) => each !== theme.value)
    .map((each) => command(`Colours: ${each === 'system' ? 'as the system' : each}`, () => set(theme, each)));
  return [
    ...views,
    command(isPaused ? 'Go on with live updates' : 'Pause live updates', togglePause, 'p'),
    ...colours,
    zone.value === 'UTC'
      ? command('Show local times', () => set(zone, 'local'))
      : command('Show times in UTC', () => set(zone, 'UTC')),
    command('Show the keys of this view', () => set(overlay, 'help'), '?'),
    token.value === undefined
      ? command('Enter the token', () => set(tokenWanted, 'missing'))
      : command('Forget the token', forgetToken),
  ];
}

function command(text: string, run: () => void, key?: string): Choice {
  return { id: text, group: 'Commands', text, run, ...(key === undefined ? {} : { key }) };
}

function set<Value>(signal: { value: Value }, value: Value): void {
  signal.value = value;
}
