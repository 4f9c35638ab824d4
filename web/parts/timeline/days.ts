import type { TimelineEntry } from '../../api/documents.ts';
import { isoDate, type Zone } from '../../ui/short-time.ts';

export interface Day {
  /** `2026-09-01` */
  readonly date: string;
  readonly entries: readonly TimelineEntry[];
}

/** Two lists as one, the newest first, each entry once. */
export function merged(a: readonly TimelineEntry[], b: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const byId = new Map([...a, ...b].map((entry) => [entry.id, entry]));
  return [...byId.values()].sort((x, y) => (x.id < y.id ? 1 : -1));
}

/** Entries by day, in their order. */
export function daysOf(entries: readonly TimelineEntry[], zone: Zone): readonly Day[] {
  const days = new Map<string, TimelineEntry[]>();
  for (const entry of entries) {
    const date = isoDate(new Date(entry.at), zone);
    days.set(date, [...(days.get(date) ?? []), entry]);
  }
  return [...days].map(([date, own]) => ({ date, entries: own }));
}

/** `Today`, `Yesterday`, `Monday 31 August 2026` */
export function dayText(date: string, now: number, zone: Zone): string {
  const noon = new Date(`${date}T12:00:00`);
  const weekday = noon.toLocaleDateString('en-GB', { weekday: 'long' });
  const text = `${weekday} ${noon.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })}`;
  if (date === isoDate(new Date(now), zone)) return `Today, ${text}`;
  return date === isoDate(new Date(now - 24 * 3_600_000), zone) ? `Yesterday, ${text}` : text;
}
