import type { Completeness } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { COMPLETE } from './proof.ts';

/** How many walks are read at a time. The governor limits the requests; this only has to keep it busy. */
const LISTINGS_AT_A_TIME = 5;
/** After this many failed walks in a row the others are not read. */
const MAX_FAILURES_IN_A_ROW = 5;

/**
 * Reads several walks at a time, and yields their pages as they come. Complete when all of them are; otherwise the first
 * reason counts. The others are still read.
 */
export async function* sideBySide(walks: Iterable<Walk>): Walk {
  const waiting = walks[Symbol.iterator]();
  const running = new Map<Walk, Promise<{ readonly walk: Walk; readonly step: Awaited<ReturnType<Walk['next']>> }>>();
  let objection: Completeness | undefined;
  let failures = 0;

  const advance = (walk: Walk) => {
    const step = walk.next().then((next) => ({ walk, step: next }));
    // When one throws, the rejections of the others are not awaited any more.
    step.catch(() => undefined);
    running.set(walk, step);
  };
  const fill = () => {
    while (running.size < LISTINGS_AT_A_TIME && failures < MAX_FAILURES_IN_A_ROW) {
      const next = waiting.next();
      if (next.done) return;
      advance(next.value);
    }
  };

  try {
    for (fill(); running.size > 0; fill()) {
      const { walk, step } = await Promise.race(running.values());
      if (!step.done) {
        advance(walk);
        yield step.value;
        continue;
      }
      running.delete(walk);
      if (step.value.complete) {
        failures = 0;
        continue;
      }
      objection ??= step.value;
      failures = step.value.reason === 'request_failed' ? failures + 1 : 0;
    }
  } finally {
    await Promise.allSettled([...running.keys()].map((walk) => walk.return(COMPLETE)));
  }
  return objection ?? COMPLETE;
}
