import type { RawItem } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { clustersToRead } from './clusters.ts';
import type { Reading } from './listing.ts';
import { incomplete } from './proof.ts';
import { sideBySide } from './side-by-side.ts';
import { derivedOf } from './timeline-item.ts';
import { type TimeWindow, windowsOf } from './windows.ts';

/** The cluster, type and window of one question, for endpoints that answer only one of each at a time. */
export interface TimelineQuestion {
  readonly cluster: string;
  readonly type: string;
  readonly window: TimeWindow;
  /** The names of the other clusters. If an answer is about one of them, it ignores the question. */
  readonly others: readonly string[];
}

interface TimelineRead {
  /** What is read, for messages: `issues`. */
  readonly what: string;
  /** Empty: all clusters. */
  readonly clusters: readonly string[];
  readonly types: readonly string[];
  readonly days: number;
  /** The longest window, in seconds. Default: Komodor's limit. */
  readonly longest?: number | undefined;
}

/**
 * Reads all clusters, types and windows, several at a time. If one of them fails, the others are still read, and the whole
 * is incomplete.
 */
export async function* readTimeline(
  reading: Reading,
  { what, clusters, types, days, longest }: TimelineRead,
  walkOf: (question: TimelineQuestion) => Walk,
): Walk {
  const { names, completeness } = await clustersToRead(reading, what, clusters);
  function* questions(): Generator<Walk> {
    for (const cluster of names) {
      const others = names.filter((name) => name !== cluster);
      for (const type of types) {
        // The windows are computed late, because in a long read the oldest one could become too old.
        for (const window of windowsOf(days, reading.now(), longest)) yield walkOf({ cluster, type, window, others });
      }
    }
  }
  const read = yield* withoutDuplicates(what, sideBySide(questions()));
  return completeness.complete ? read : completeness;
}

/**
 * Passes each item on once, because an item at the edge of two windows may come with both. If an item comes from two
 * clusters, the answers ignore the question.
 */
async function* withoutDuplicates(what: string, walk: Walk): Walk {
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
