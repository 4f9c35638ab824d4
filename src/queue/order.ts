import type { Kind } from '../core/model.ts';
import type { KindProgress } from '../core/ports.ts';
import type { RunOrder } from '../core/run-queue.ts';

/** What a tick of the schedule asks for. */
export const SCHEDULED: RunOrder = { mode: 'resync', trigger: 'schedule', kinds: [], approveDeletions: [] };

/** Whether a run of `running` does everything that `asked` asks for. No kinds means all of them. */
export function covers(running: RunOrder, asked: RunOrder): boolean {
  if (running.mode !== asked.mode) return false;
  if (!asked.approveDeletions.every((digest) => running.approveDeletions.includes(digest))) return false;
  if (running.kinds.length === 0) return true;
  return asked.kinds.length > 0 && asked.kinds.every((kind) => running.kinds.includes(kind));
}

/** The order that serves both. The trigger stays that of the first one. */
export function widen(waiting: RunOrder, asked: RunOrder): RunOrder {
  const kinds: readonly Kind[] =
    waiting.kinds.length === 0 || asked.kinds.length === 0 ? [] : [...new Set([...waiting.kinds, ...asked.kinds])];
  return {
    ...waiting,
    kinds,
    approveDeletions: [...new Set([...waiting.approveDeletions, ...asked.approveDeletions])],
  };
}

/** The newest progress of each kind, in the order in which the kinds began. */
export function withProgress(known: readonly KindProgress[], news: KindProgress): readonly KindProgress[] {
  const others = known.some(({ kind }) => kind === news.kind);
  return others ? known.map((entry) => (entry.kind === news.kind ? news : entry)) : [...known, news];
}
