import type { Completeness } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { COMPLETE } from './proof.ts';

/** So many at a time: what Komodor is asked at once is limited in one place for all, this only keeps that one busy. */
const WIDTH = 5;
/** After so many listings in a row that failed there is no point in asking for the rest. */
const HOPELESS = 5;

/**
 * Reads several listings at a time; their pages come as they are ready. Complete when each of them is; otherwise the first
 * reason counts, and the others are read all the same.
 */
export async function* sideBySide(walks: Iterable<Walk>): Walk {
  const waiting = walks[Symbol.iterator]();
  const running = new Map<Walk, Promise<{ readonly walk: Walk; readonly step: Awaited<ReturnType<Walk['next']>> }>>();
  let objection: Completeness | undefined;
  let failures = 0;

  const advance = (walk: Walk) => {
    const step = walk.next().then((next) => ({ walk, step: next }));
    // Where one throws, nobody asks the others any more.
    step.catch(() => undefined);
    running.set(walk, step);
  };
  const fill = () => {
    while (running.size < WIDTH && failures < HOPELESS) {
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
