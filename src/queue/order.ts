import type { Kind } from '../core/model.ts';
import type { KindProgress } from '../core/ports.ts';
import type { RunOrder } from '../core/run-queue.ts';
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

/** The latest progress of each kind, in the order in which the kinds began. */
export function withProgress(known: readonly KindProgress[], latest: KindProgress): readonly KindProgress[] {
  const others = known.some(({ kind }) => kind === latest.kind);
  return others ? known.map((entry) => (entry.kind === latest.kind ? latest : entry)) : [...known, latest];
}
