import type { RawItem } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { clustersToRead } from './clusters.ts';
import { chain, type Reading } from './listing.ts';
import { incomplete } from './proof.ts';
import { sideBySide } from './side-by-side.ts';
import { derivedOf } from './timeline-item.ts';
import { type TimeWindow, windowsOf } from './windows.ts';

/** One question of a kind of which Komodor answers for one cluster, one type and one window of time at once. */
export interface TimelineQuestion {
  readonly cluster: string;
  readonly type: string;
  readonly window: TimeWindow;
  /** Names of other clusters: what an answer must not speak of. */
  readonly others: readonly string[];
}

interface TimelineRead {
  /** What is read, for messages: `issues`. */
  readonly what: string;
  /** Empty: all that Komodor knows. */
  readonly clusters: readonly string[];
  readonly types: readonly string[];
  readonly days: number;
  /** Seconds of the longest window; as long as Komodor allows when absent. */
  readonly longest?: number | undefined;
}

/**
 * Reads every cluster, type and window of time, several at a time. Where Komodor fails for a cluster and a type, the others
 * are read all the same, and the whole is incomplete.
 */
export async function* readTimeline(
  reading: Reading,
  { what, clusters, types, days, longest }: TimelineRead,
  walkOf: (reading: Reading, question: TimelineQuestion) => Walk,
): Walk {
  const { names, completeness } = await clustersToRead(reading, what, clusters);
  function* pairs(): Generator<Walk> {
    for (const cluster of names) {
      const others = names.filter((name) => name !== cluster);
      for (const type of types) {
        // Pages are numbered by their size, so that no two listings that are read at once may share it.
        const own = { ...reading, size: reading.size.restarted() };
        // Cut when its turn comes: in a long read the oldest window would have become too old.
        const windows = windowsOf(days, reading.now(), longest);
        yield chain(windows.map((window) => walkOf(own, { cluster, type, window, others })));
      }
    }
  }
  const read = yield* once(what, sideBySide(pairs()));
  return completeness.complete ? read : completeness;
}

/**
 * Gives each item once: what goes on over the edge of two windows may come with both. One that comes from two clusters shows
 * that the answers ignore the question.
 */
async function* once(what: string, walk: Walk): Walk {
  const clusters = new Map<string, string | undefined>();
  let stray: RawItem | undefined;
  for (;;) {
    const step = await walk.next();
    if (step.done) {
      if (stray === undefined) return step.value;
      return incomplete(
        'not_advancing',
        `the answers ignore the scope: ${what} of two clusters are both ${stray.label}`,
      );
    }
    const fresh = step.value.items.filter((item) => {
      const { cluster } = derivedOf(item.value);
      if (!clusters.has(item.key)) {
        clusters.set(item.key, cluster);
        return true;
      }
      if (clusters.get(item.key) !== cluster) stray ??= item;
      return false;
    });
    yield { ...step.value, items: fresh };
  }
}
