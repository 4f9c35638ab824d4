import { signal } from '@preact/signals';
import { distanceText } from './format.ts';
import { keptChoice } from './kept.ts';

/** Whose clock the page shows. Both are told on hover. */
export const zone = keptChoice('zone', ['local', 'UTC']);

/** The time that relative times are told from. */
export const now = signal(Date.now());
setInterval(() => {
  if (document.visibilityState === 'visible') now.value = Date.now();
}, 1_000);
document.addEventListener('visibilitychange', () => {
  now.value = Date.now();
});

const local = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** Both times of an instant: the person's and UTC. */
export function bothTimes(at: string): string {
  const date = new Date(at);
  return `${local.format(date)} local · ${date.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}

/** An instant as its distance from now; the whole time on hover. @param at ISO 8601 */
export function Time({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={bothTimes(at)}>
      {distanceText(Date.parse(at), now.value)}
    </time>
  );
}

const clocks = {
  local: new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }),
  UTC: new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' }),
};

/** `07:52:10`, and ` UTC` where that is chosen. */
export function clockText(at: Date): string {
  return `${clocks[zone.value].format(at)}${zone.value === 'UTC' ? ' UTC' : ''}`;
}

/** An instant as clock time, with the whole time on hover. */
export function Clock({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={bothTimes(at)}>
      {clockText(new Date(at))}
    </time>
  );
}
