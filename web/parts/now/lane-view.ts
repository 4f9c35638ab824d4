import type { Lane, RunWait, Stage } from '../../../src/core/run-times.ts';
import { countText, durationText } from '../../ui/format.ts';

/** Where the time of a run went, as the service says it. */
export interface LaneSource {
  readonly startedAt: string;
  /** null: it goes on. */
  readonly finishedAt: string | null;
  readonly lanes: readonly Lane[];
  readonly waited: readonly RunWait[];
}

/** A stretch of the axis, each end as a share of its length. */
export interface Stretch {
  readonly from: number;
  readonly length: number;
}

export interface StageBar extends Stretch {
  readonly stage: Stage;
  /** Which share of the stretch it worked. */
  readonly busy: number;
  readonly done: number;
  readonly goesOn: boolean;
  readonly words: string;
}

export interface KindRow {
  readonly kind: string;
  readonly stages: readonly StageBar[];
}

export interface WaitBar extends Stretch {
  readonly words: string;
}

export interface WaitRow {
  readonly side: RunWait['side'];
  readonly bars: readonly WaitBar[];
  readonly words: string;
}

export interface LaneView {
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  /** The distance of two ticks. */
  readonly step: number;
  readonly kinds: readonly KindRow[];
  readonly waits: readonly WaitRow[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Lengths that people count in. */
const LENGTHS: readonly number[] = [
  ...[10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((count) => count * MINUTE),
  ...[1, 2, 4, 8, 24, 72, 240].map((count) => count * HOUR),
];
/** A label beyond this would leave the axis. */
const LAST_LABEL = 0.94;

/**
 * The geometry of the lanes.
 * @param expected kinds that have a row also before they begin
 * @param now for a run that goes on
 */
export function laneView(
  source: LaneSource,
  {
    expected,
    now,
    maxTicks,
  }: { readonly expected: readonly string[]; readonly now: number; readonly maxTicks: number },
): LaneView {
  const start = Date.parse(source.startedAt);
  const told = lastTold(source);
  // Not before anything that was told: the clocks of the service and of this machine may differ.
  const end = source.finishedAt === null ? Math.max(start, now, told) : Date.parse(source.finishedAt);
  const axis = source.finishedAt === null ? roundedUp(end - start) : Math.max(1, end - start);
  const stretch = (from: string, to: string | null): Stretch & { readonly ms: number } => {
    const first = Math.max(start, Date.parse(from));
    const ms = Math.max(0, (to === null ? end : Date.parse(to)) - first);
    return { from: (first - start) / axis, length: ms / axis, ms };
  };
  const kinds = [...new Set([...expected, ...source.lanes.map(({ kind }) => kind)])].map((kind) => ({
    kind,
    stages: source.lanes
      .filter((lane) => lane.kind === kind)
      .map((lane) => stageBar(lane, stretch(lane.startedAt, lane.endedAt), told)),
  }));
  const stepMs = stepOf(axis, maxTicks);
  const ticks = Array.from({ length: Math.floor(axis / stepMs) + 1 }, (_, index) => ({
    at: (index * stepMs) / axis,
    text: index === 0 ? '0' : durationText(index * stepMs).replace('.0 ', ' '),
  })).filter(({ at }) => at < LAST_LABEL);
  return { ticks, step: stepMs / axis, kinds, waits: waitRows(source.waited, stretch) };
}

/** The last moment that is named. */
function lastTold({ startedAt, lanes, waited }: LaneSource): number {
  const times = [
    ...lanes.flatMap((lane) => [lane.startedAt, lane.endedAt]),
    ...waited.flatMap(({ from, to }) => [from, to]),
  ];
  return Math.max(...[startedAt, ...times].map((at) => (at === null ? 0 : Date.parse(at))));
}

/** With room to grow, so that the bars do not shrink with every second. */
function roundedUp(ms: number): number {
  return LENGTHS.find((length) => length >= ms && length >= 5 * SECOND) ?? ms;
}

function stepOf(axis: number, maxTicks: number): number {
  return LENGTHS.find((length) => axis / length <= maxTicks) ?? axis;
}

/** @param told how busy a stage that goes on has been is known up to then */
function stageBar(lane: Lane, { from, length, ms }: Stretch & { readonly ms: number }, told: number): StageBar {
  const { stage, busyMs, done, startedAt, endedAt } = lane;
  const goesOn = endedAt === null;
  const knownMs = Math.max(busyMs, goesOn ? told - Date.parse(startedAt) : ms);
  const busy = knownMs === 0 ? 1 : busyMs / knownMs;
  const words = `${stage}: ${countText(done)} in ${durationText(ms)}${goesOn ? ' so far' : `, busy ${durationText(busyMs)}`}`;
  return { stage, from, length, busy, done, goesOn, words };
}

type StretchOf = (from: string, to: string | null) => Stretch & { readonly ms: number };

function waitRows(waited: readonly RunWait[], stretch: StretchOf): readonly WaitRow[] {
  return [...new Set(waited.map(({ side }) => side))].map((side) => {
    const mine = waited
      .filter((wait) => wait.side === side)
      .map((wait) => ({ ...wait, ...stretch(wait.from, wait.to) }));
    const reasons = [...new Set(mine.map(({ reason }) => reason))].map((reason) => {
      const those = mine.filter((wait) => wait.reason === reason);
      const ms = those.reduce((sum, wait) => sum + wait.ms, 0);
      return `${REASONS[reason] ?? reason} ${durationText(ms)}${those.length > 1 ? ` (${those.length} times)` : ''}`;
    });
    const bars = mine.map(({ from, length, ms, reason, to }) => ({
      ...{ from, length },
      words: `${REASONS[reason] ?? reason}: ${durationText(ms)}${to === null ? ', still waiting' : ''}`,
    }));
    return { side, bars, words: reasons.join(', ') };
  });
}

/** Why requests wait, in words. */
export const REASONS: Readonly<Record<string, string>> = {
  'rate limit': 'its rate limit',
  'Retry-After': 'asked to wait',
  'allowance spent': 'its allowance was spent',
  'retry pause': 'pause before trying again',
};

/** What a stage has done in all kinds. */
export function doneInAll(lanes: readonly Lane[], stage: Stage): number {
  return lanes.reduce((sum, lane) => sum + (lane.stage === stage ? lane.done : 0), 0);
}

/** What a stage has done in a row; undefined: it has not begun. */
export function doneIn({ stages }: KindRow, stage: Stage): number | undefined {
  return stages.find((bar) => bar.stage === stage)?.done;
}
