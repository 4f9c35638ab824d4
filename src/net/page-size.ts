import { HttpFailure } from './http-failure.ts';
import { isTransient } from './retry.ts';

const SMALLEST = 10;
const ATTEMPTS_BEFORE_SHRINKING = 2;
const GOOD_PAGES_TO_GROW = 3;
/** Several pages are held at once, each as text and as what was read from it: several times this is what memory has to bear. */
const BYTES_PER_PAGE = 2 * 1024 * 1024;

/**
 * How much to ask for at once: as many rows as fit a page of some megabytes, by the size of the rows seen last; less after
 * trouble, slowly more again; never above the most.
 */
export interface PageSize {
  /** The same size as at first, with nothing learned. */
  restarted(): PageSize;
  /** Asks for one place with ever smaller pages until it is answered. Throws what the smallest page failed with. */
  ask<T>(options: AskOptions<T>): Promise<T>;
  /** How many of the rows seen last fit a page; undefined when there were none. */
  fitting(): number | undefined;
}

/** An answer, and how much it held. */
export interface Weighed<T> {
  readonly value: T;
  readonly rows: number;
  readonly bytes: number;
}

interface AskOptions<T> {
  readonly ask: (pageSize: number, attempts: number | undefined) => Promise<Weighed<T>>;
  /** Whether the host ever answered; if not, the size is not what it is about, and we come to the point. */
  readonly hostAnswered: () => boolean;
  /** No answer in time here means that the whole query is too slow: one smaller page is tried, no more. */
  readonly slowQuery?: boolean;
  /** The place is only right for the size that was asked for last (old numbered pages): it must stay. */
  readonly fixed?: boolean;
}

/** @param first how many to ask for as long as no row was seen (default: the most) */
export function createPageSize(most: number, first = most): PageSize {
  const smallest = Math.min(SMALLEST, most);
  let size = most;
  let good = 0;
  let patience = GOOD_PAGES_TO_GROW;
  let fits: number | undefined;
  let asked = first;

  function shrink(divisor: number): void {
    size = Math.max(smallest, Math.floor(asked / divisor));
    good = 0;
    patience *= 2;
  }

  function grow(): void {
    good += 1;
    if (size >= most || good < patience) return;
    size = Math.min(most, size * 2);
    good = 0;
  }

  return {
    restarted: () => createPageSize(most, first),
    fitting: () => fits,
    async ask(options) {
      let wasTooSlow = false;
      for (;;) {
        if (options.fixed !== true) asked = Math.min(size, fits ?? first);
        const last = asked <= smallest || options.fixed === true;
        try {
          const { value, rows, bytes } = await options.ask(asked, last ? undefined : ATTEMPTS_BEFORE_SHRINKING);
          if (rows > 0) fits = Math.max(1, Math.floor((BYTES_PER_PAGE * rows) / bytes));
          if (options.fixed !== true) grow();
          return value;
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
  if (failure.problem !== 'status') return failure.problem !== 'tls' && failure.problem !== 'proxy';
  const status = failure.status ?? 0;
  if (status === 400) return /page.?size/i.test(failure.bodyText);
  return status === 413 || (isTransient(status) && status !== 429);
}

/** Each timeout costs half a minute, so the smallest page is tried straight away. */
function divisorFor(failure: HttpFailure): number {
  return isTooSlow(failure) ? Number.POSITIVE_INFINITY : 2;
}

/** Whether the answer did not come in time: to us, or to Komodor's own gateway. */
export function isTooSlow(error: unknown): boolean {
  return error instanceof HttpFailure && (error.status === 504 || error.problem === 'timeout');
}
