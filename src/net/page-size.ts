import { GrowingSize, type LearnedPages, type PageLimits, type PageMeasures } from './growing-size.ts';
import { HttpFailure } from './http-failure.ts';
import { isTransient } from './retry.ts';

export type { LearnedPages } from './growing-size.ts';

const ATTEMPTS_BEFORE_SHRINKING = 2;

/**
 * The number of rows to ask for: more and more, as long as each row takes less time in a larger page, and no more than fit
 * into a page of some megabytes, judged by the size of the last rows. It shrinks after failures, and grows again slowly.
 */
export interface PageSize {
  /** A new one that begins as this one did. */
  fresh(): PageSize;
  /** How many rows the next page would be asked for. */
  next(): number;
  /** Asks for one page, with fewer and fewer rows until it succeeds. Throws the failure of the smallest page. */
  ask<T>(options: AskOptions<T>): Promise<T>;
}

/** A page, its number of rows, its size and its time. */
export interface SizedAnswer<T> extends PageMeasures {
  readonly value: T;
}

interface AskOptions<T> {
  readonly ask: (pageSize: number, attempts: number | undefined) => Promise<SizedAnswer<T>>;
  /** Whether the host ever answered. If not, the page size is not the cause, and the smallest page is the last attempt. */
  readonly hostAnswered: () => boolean;
  /** A timeout means that the query itself is too slow, whatever the page size: only one smaller page is tried. */
  readonly slowQuery?: boolean;
  /** The position depends on the page size (numbered pages), so it must have this one. */
  readonly exactly?: number | undefined;
  /** No more rows than this are wanted. */
  readonly maxRows?: number | undefined;
}

/** Several pages may be asked for at the same time. @param learned from earlier reads; what this one learns is put there */
export function createPageSize(limits: PageLimits, learned: LearnedPages = {}): PageSize {
  const size = new GrowingSize(limits, learned);
  return {
    fresh: () => createPageSize(limits, learned),
    next: () => size.next(),
    async ask(options) {
      let wasTooSlow = false;
      for (;;) {
        const asked = options.exactly ?? Math.min(size.next(), options.maxRows ?? limits.most);
        const last = asked <= size.smallest || options.exactly !== undefined;
        try {
          const answer = await options.ask(asked, last ? undefined : ATTEMPTS_BEFORE_SHRINKING);
          size.learn(asked, answer);
          return answer.value;
        } catch (error) {
          if (!(error instanceof HttpFailure) || !mayPageSizeHelp(error)) throw error;
          const slow = options.slowQuery === true && isTooSlow(error);
          if (last || (slow && wasTooSlow)) throw error;
          wasTooSlow ||= slow;
          size.shrink(asked, options.hostAnswered() ? divisorFor(error) : Number.POSITIVE_INFINITY);
        }
      }
    },
  };
}

/** Failures that a smaller page may avoid, and passing ones, where the smaller page is just the next attempt. */
function mayPageSizeHelp(failure: HttpFailure): boolean {
  if (failure.problem !== 'status') return failure.problem !== 'tls' && failure.problem !== 'proxy';
  const status = failure.status ?? 0;
  if (status === 400) return /page.?size/i.test(failure.bodyText);
  return status === 413 || (isTransient(status) && status !== 429);
}

/** A timeout costs half a minute, so the next attempt uses the smallest page. */
function divisorFor(failure: HttpFailure): number {
  return isTooSlow(failure) ? Number.POSITIVE_INFINITY : 2;
}

/** Whether the response was too slow, either for us or for Komodor's own gateway. */
export function isTooSlow(error: unknown): boolean {
  return error instanceof HttpFailure && (error.status === 504 || error.problem === 'timeout');
}
