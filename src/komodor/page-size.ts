import { HttpFailure } from '../net/http-failure.ts';

const SMALLEST = 10;
const ATTEMPTS_BEFORE_SHRINKING = 2;
const GOOD_PAGES_TO_GROW = 3;

/** How much to ask for at once: less after trouble, slowly more again, never above where it started. */
export interface PageSize {
  /** The same size as at first, with nothing learned. */
  restarted(): PageSize;
  /** Asks for one place with ever smaller pages until it is answered. Throws what the smallest page failed with. */
  ask<T>(options: AskOptions<T>): Promise<T>;
}

interface AskOptions<T> {
  readonly ask: (pageSize: number, attempts: number | undefined) => Promise<T>;
  /** Whether the host ever answered; if not, the size is not what it is about, and we come to the point. */
  readonly hostAnswered: () => boolean;
  /** No answer in time here means that the whole query is too slow: one smaller page is tried, no more. */
  readonly slowQuery?: boolean;
  /** The place was computed from the page size (old numbered pages): it must stay. */
  readonly fixed?: boolean;
}

export function createPageSize(start: number): PageSize {
  const smallest = Math.min(SMALLEST, start);
  let size = start;
  let good = 0;
  let patience = GOOD_PAGES_TO_GROW;

  function shrink(divisor: number): void {
    size = Math.max(smallest, Math.floor(size / divisor));
    good = 0;
    patience *= 2;
  }

  function grow(): void {
    good += 1;
    if (size >= start || good < patience) return;
    size = Math.min(start, size * 2);
    good = 0;
  }

  return {
    restarted: () => createPageSize(start),
    async ask(options) {
      let wasTooSlow = false;
      for (;;) {
        const last = size <= smallest || options.fixed === true;
        try {
          const answer = await options.ask(size, last ? undefined : ATTEMPTS_BEFORE_SHRINKING);
          if (options.fixed !== true) grow();
          return answer;
        } catch (error) {
          if (!(error instanceof HttpFailure) || !maySizeMatter(error)) throw error;
          const slow = options.slowQuery === true && isTooSlow(error);
          if (last || (slow && wasTooSlow)) throw error;
          wasTooSlow ||= slow;
          shrink(options.hostAnswered() ? divisorFor(error) : Number.POSITIVE_INFINITY);
        }
      }
    },
  };
}

/** Failures that a smaller page may avoid, and those of the moment: the smaller page is then simply the next attempt. */
function maySizeMatter(failure: HttpFailure): boolean {
  if (failure.problem !== 'status') return failure.problem !== 'tls';
  const status = failure.status ?? 0;
  if (status === 400) return /page.?size/i.test(failure.bodyText);
  return status === 408 || status === 413 || status >= 500;
}

/** Each timeout costs half a minute, so the smallest page is tried straight away. */
function divisorFor(failure: HttpFailure): number {
  return isTooSlow(failure) ? Number.POSITIVE_INFINITY : 2;
}

/** Whether the answer did not come in time: to us, or to Komodor's own gateway. */
export function isTooSlow(error: unknown): boolean {
  return error instanceof HttpFailure && (error.status === 504 || error.problem === 'timeout');
}
