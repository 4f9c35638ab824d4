import type { Kind } from '../core/model.ts';
import type { KindProgress } from '../core/ports.ts';
import type { RunOrder, RunProgress } from '../core/run-queue.ts';
import type { RunTimes } from '../core/run-times.ts';
import { KEPT_CAUSES } from './limits.ts';

/** The run that the schedule requests. */
export const SCHEDULED_RUN: RunOrder = { mode: 'resync', trigger: 'schedule', kinds: [], approveDeletions: [] };

/** Whether a run of `running` also does everything that `asked` wants. An empty list of kinds means all kinds. */
export function covers(running: RunOrder, asked: RunOrder): boolean {
  if (running.mode !== asked.mode || running.mapping !== undefined || asked.mapping !== undefined) return false;
  if (!asked.approveDeletions.every((digest) => running.approveDeletions.includes(digest))) return false;
  if (running.kinds.length === 0) return true;
  return asked.kinds.length > 0 && asked.kinds.every((kind) => running.kinds.includes(kind));
}

/** One order that does what both want. It keeps the trigger of the first. */
export function mergeOrders(waiting: RunOrder, asked: RunOrder): RunOrder {
  const kinds: readonly Kind[] =
    waiting.kinds.length === 0 || asked.kinds.length === 0 ? [] : [...new Set([...waiting.kinds, ...asked.kinds])];
  const causes = [...(waiting.causes ?? []), ...(asked.causes ?? [])].slice(0, KEPT_CAUSES);
  return {
    ...waiting,
    kinds,
    approveDeletions: [...new Set([...waiting.approveDeletions, ...asked.approveDeletions])],
    ...(causes.length === 0 ? {} : { causes }),
  };
}

/** The order of a finished run. Its mapping is not kept: the report names it. */
export function withoutMapping({ mapping: _, ...order }: RunOrder): RunOrder {
  return order;
}

/** What a run has told so far: the latest progress of each kind, in the order in which the kinds began, and its times. */
export interface Told {
  readonly progress: readonly KindProgress[];
  readonly times?: RunTimes;
}

export function isTimes(progress: RunProgress): progress is RunTimes {
  return 'lanes' in progress;
}

/** The record of a run after it has told more. */
export function withProgress<T extends Told>(known: T, latest: RunProgress): T {
  if (isTimes(latest)) return { ...known, times: latest };
  const isKnown = known.progress.some(({ kind }) => kind === latest.kind);
  const progress = isKnown
    ? known.progress.map((entry) => (entry.kind === latest.kind ? latest : entry))
    : [...known.progress, latest];
  return { ...known, progress };
}
