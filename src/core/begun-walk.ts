import type { Walk } from './source.ts';
import { underWay } from './under-way.ts';

/** After this time a walk begins anew, because the position of its second page, or its window, may have become too old. */
const MAX_AGE_MS = 60_000;

/**
 * Asks for the first page of a walk before anybody wants it.
 * @param now in milliseconds
 * @returns `take` gives the walk, once, from its first page; `drop` closes it
 */
export function beginWalk(read: () => Walk, now: () => number): { take(): Walk; drop(): Promise<void> } {
  const startedAt = now();
  const walk = read();
  const first = underWay(walk.next());
  const drop = async () => {
    await walk.return({ complete: true }).catch(() => undefined);
  };
  return {
    take() {
      // A clock may jump back.
      if (Math.abs(now() - startedAt) <= MAX_AGE_MS) return goOn(walk, first);
      void drop();
      return read();
    },
    drop,
  };
}

async function* goOn(walk: Walk, first: ReturnType<Walk['next']>): Walk {
  try {
    for (let next = await first; ; next = await walk.next()) {
      if (next.done) return next.value;
      yield next.value;
    }
  } finally {
    await walk.return({ complete: true });
  }
}
