import { HttpFailure } from './http-failure.ts';
import { isTransient } from './retry.ts';

const SMALLEST = 10;
const ATTEMPTS_BEFORE_SHRINKING = 2;
const INITIAL_GOOD_PAGES_TO_GROW = 3;
/** Several pages are in memory at once, each as text and parsed, so memory has to hold several times this. */
const BYTES_PER_PAGE = 2 * 1024 * 1024;

/**
 * The number of rows to ask for: as many as fit into a page of some megabytes, judged by the size of the last rows. It
 * shrinks after failures, grows again slowly, and never exceeds the maximum.
 */
export interface PageSize {
  /** A new one with the initial size. */
  fresh(): PageSize;
  /** Asks for one page, with fewer and fewer rows until it succeeds. Throws the failure of the smallest page. */
  ask<T>(options: AskOptions<T>): Promise<T>;
  /** How many rows of the last page's size fit into a page; undefined before the first row. */
  rowsThatFit(): number | undefined;
}

/** A page, its number of rows and its size. */
export interface SizedAnswer<T> {
  readonly value: T;
  readonly rows: number;
  readonly bytes: number;
}

interface AskOptions<T> {
  readonly ask: (pageSize: number, attempts: number | undefined) => Promise<SizedAnswer<T>>;
  /** Whether the host ever answered. If not, the page size is not the cause, and the smallest page is the last attempt. */
  readonly hostAnswered: () => boolean;
  /** A timeout means that the query itself is too slow, whatever the page size: only one smaller page is tried. */
  readonly slowQuery?: boolean;
  /** The position depends on the page size (numbered pages), so the size must not change. */
  readonly fixed?: boolean;
}

/** @param first the size of the first page (default: `most`) */
export function createPageSize(most: number, first = most): PageSize {
  const smallest = Math.min(SMALLEST, most);
  let size = most;
  let good = 0;
  let goodPagesToGrow = INITIAL_GOOD_PAGES_TO_GROW;
  let rowsThatFit: number | undefined;
  let lastSize = first;

  function shrink(divisor: number): void {
    size = Math.max(smallest, Math.floor(lastSize / divisor));
    good = 0;
    goodPagesToGrow *= 2;
  }

  function grow(): void {
    good += 1;
    if (size >= most || good < goodPagesToGrow) return;
    size = Math.min(most, size * 2);
    good = 0;
  }

  return {
    fresh: () => createPageSize(most, first),
    rowsThatFit: () => rowsThatFit,
    async ask(options) {
      let wasTooSlow = false;
      for (;;) {
        if (options.fixed !== true) lastSize = Math.min(size, rowsThatFit ?? first);
        const last = lastSize <= smallest || options.fixed === true;
        try {
          const { value, rows, bytes } = await options.ask(lastSize, last ? undefined : ATTEMPTS_BEFORE_SHRINKING);
          if (rows > 0) rowsThatFit = Math.max(1, Math.floor((BYTES_PER_PAGE * rows) / bytes));
          if (options.fixed !== true) grow();
          return value;
        } catch (error) {
          if (!(error instanceof HttpFailure) || !mayPageSizeHelp(error)) throw error;
          const slow = options.slowQuery === true && isTooSlow(error);
          if (last || (slow && wasTooSlow)) throw error;
          wasTooSlow ||= slow;
          shrink(options.hostAnswered() ? divisorFor(error) : Number.POSITIVE_INFINITY);
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
