import type { TimelineEntry } from '../../api/documents.ts';
import { countText, durationText } from '../../ui/format.ts';
import { shortClock, shortDate, type Zone } from '../../ui/short-time.ts';
import { type RunEntry, runOf } from './filter.ts';
import { placeOf, type Scale } from './plot-scale.ts';

/** A quantity over the runs. */
export interface Measure {
  readonly name: string;
  readonly of: (run: RunEntry) => number | null;
  readonly text: (value: number) => string;
  readonly unit: 'time' | 'count';
  /** The scale reaches at least so far, so that small differences look small. */
  readonly least: number;
}

export const MEASURES: readonly Measure[] = [
  { name: 'Duration', of: ({ durationMs }) => durationMs, text: durationText, unit: 'time', least: 1_000 },
  {
    name: 'Entities changed',
    of: ({ created, updated, deleted }) => created + updated + deleted,
    text: countText,
    unit: 'count',
    least: 10,
  },
  { name: 'Stale entities', of: ({ stale }) => stale, text: countText, unit: 'count', least: 10 },
  { name: 'Waits for the APIs', of: ({ waitMs }) => waitMs, text: durationText, unit: 'time', least: 1_000 },
];

/** The resyncs of a list, the oldest first, as plots need them. */
export function resyncsOf(entries: readonly TimelineEntry[]): readonly RunEntry[] {
  return entries.flatMap((entry) => (entry.type === 'run' ? (runOf(entry) ?? []) : [])).toReversed();
}

/** A measure in a few words: its last, usual and largest value. */
export function summaryText(runs: readonly RunEntry[], { of, text }: Pick<Measure, 'of' | 'text'>): string {
  const values = runs.map(of).filter((value) => value !== null);
  const sorted = values.toSorted((a, b) => a - b);
  const [last, usual, most] = [values.at(-1), sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  if (last === undefined || usual === undefined || most === undefined) return 'not known of these resyncs';
  if (most === 0) return 'none in these resyncs';
  return `last ${text(last)}, usually ${text(usual)}, at most ${text(most)}`;
}

const DAY = 24 * 3_600_000;

/** The texts of a time axis: hours and minutes, or days where the axis is longer. */
export function timeTexts(moments: readonly number[], zone: Zone): readonly string[] {
  const isLong = (moments.at(-1) ?? 0) - (moments[0] ?? 0) > 1.5 * DAY;
  return moments.map((at) => (isLong ? shortDate : shortClock)(new Date(at), zone));
}

export function momentOf(run: RunEntry): number {
  return Date.parse(run.at);
}

/** The run that is nearest to a place on the time axis. */
export function nearestRun(runs: readonly RunEntry[], place: number, scale: Scale): RunEntry | undefined {
  const far = (run: RunEntry) => Math.abs(placeOf(momentOf(run), scale) - place);
  return runs.reduce<RunEntry | undefined>((best, run) => (best && far(best) <= far(run) ? best : run), undefined);
}

/** The run that a key leads to; undefined: another key. */
export function neighbour(runs: readonly RunEntry[], run: RunEntry, key: string): RunEntry | undefined {
  const at = runs.findIndex(({ id }) => id === run.id);
  switch (key) {
    case 'ArrowLeft':
      return runs[Math.max(0, at - 1)];
    case 'ArrowRight':
      return runs[Math.min(runs.length - 1, at + 1)];
    case 'Home':
      return runs[0];
    case 'End':
      return runs.at(-1);
    default:
      return undefined;
  }
}
