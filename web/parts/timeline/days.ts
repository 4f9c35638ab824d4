import type { TimelineEntry } from '../../api/documents.ts';

export interface Day {
  /** `2026-09-01`, in the person's own time. */
  readonly date: string;
  readonly entries: readonly TimelineEntry[];
}

/** Two lists as one, the newest first, each entry once. */
export function merged(a: readonly TimelineEntry[], b: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const byId = new Map([...a, ...b].map((entry) => [entry.id, entry]));
  return [...byId.values()].sort((x, y) => (x.id < y.id ? 1 : -1));
}

/** Entries by day, in their order. @param dateOf the day of an instant, in the person's own time */
export function daysOf(entries: readonly TimelineEntry[], dateOf: (at: string) => string = localDate): readonly Day[] {
  const days = new Map<string, TimelineEntry[]>();
  for (const entry of entries) {
    const date = dateOf(entry.at);
    days.set(date, [...(days.get(date) ?? []), entry]);
  }
  return [...days].map(([date, own]) => ({ date, entries: own }));
}

function localDate(at: string | number): string {
  // The Swedish form of a date is that of ISO 8601.
  return new Date(at).toLocaleDateString('sv-SE');
}

/** `Today`, `Yesterday`, `Monday 31 August 2026` */
export function dayText(date: string, now: number): string {
  const noon = new Date(`${date}T12:00:00`);
  const weekday = noon.toLocaleDateString('en-GB', { weekday: 'long' });
  const text = `${weekday} ${noon.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })}`;
  if (date === localDate(now)) return `Today, ${text}`;
  return date === localDate(now - 24 * 3_600_000) ? `Yesterday, ${text}` : text;
}
