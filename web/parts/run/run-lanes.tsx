import type { LiveRun, RunReport } from '../../api/documents.ts';
import { isNarrow } from '../../ui/narrow.ts';
import { now } from '../../ui/time.tsx';
import { type LaneSource, laneView } from '../now/lane-view.ts';
import { Lanes } from '../now/lanes.tsx';

/** Where the time of a run went, or goes: reading, mapping, comparing, writing, deleting, and waits. */
export function RunLanes({ source, expected }: { readonly source: LaneSource; readonly expected: readonly string[] }) {
  // A run that has ended needs no clock.
  const at = source.finishedAt === null ? now.value : 0;
  const view = laneView(source, { expected, now: at, maxTicks: isNarrow.value ? 3 : 8 });
  if (view.kinds.length === 0) return null;
  return (
    <section class="stack tight" aria-label="Where the time went">
      <h2>Where the time went</h2>
      <Lanes view={view} label="Where the time went" />
    </section>
  );
}

export function lanesOfReport({ startedAt, finishedAt, lanes = [], waited = [] }: RunReport): LaneSource {
  return { startedAt, finishedAt, lanes, waited };
}

export function lanesOfLive({ startedAt, requestedAt, lanes, waited }: LiveRun): LaneSource {
  return { startedAt: startedAt ?? requestedAt, finishedAt: null, lanes, waited };
}
