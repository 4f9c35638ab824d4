import { HttpFailure } from './http-failure.ts';
import type { RequestTiming } from './request-info.ts';
import { isTransient } from './retry.ts';

const SMALLEST = 10;
const ATTEMPTS_BEFORE_SHRINKING = 2;
/** Several pages are in memory at once, each as text and parsed, so memory has to hold several times this. */
const BYTES_PER_PAGE = 2 * 1024 * 1024;
/** How many times as many rows the next page has, and after how many good pages: as long as nothing went wrong, and after. */
const EAGER = { factor: 4, goodPages: 1 };
const CAREFUL = { factor: 2, goodPages: 3 };
/** The parts of a request's time limit that a page may take: to ask for more rows after it, and before it counts as trouble. */
const SHARE_TO_GROW = 1 / 8;
const SHARE_TOO_SLOW = 1 / 2;

/** The number of rows of the first page, and the most that the host takes. If both are the same, pages never grow. */
export interface PageLimits {
  readonly first: number;
  readonly most: number;
}

/** What one read learned of the pages of a list. The next read in this process begins with it. */
export interface LearnedPages {
  size?: number;
  bytesPerRow?: number;
}

/**
 * The number of rows to ask for: more and more, as long as most of the time of an answer is not spent on its rows, and no
 * more than fit into a page of some megabytes, judged by the size of the last rows. It shrinks after failures, and grows
 * again slowly.
 */
export interface PageSize {
  /** A new one that begins as this one did. */
  fresh(): PageSize;
  /** How many rows the next page would be asked for. */
  next(): number;
  /** Asks for one page, with fewer and fewer rows until it succeeds. Throws the failure of the smallest page. */
  ask<T>(options: AskOptions<T>): Promise<T>;
}

/** A page, its number of rows and its size. */
export interface SizedAnswer<T> {
  readonly value: T;
  readonly rows: number;
  readonly bytes: number;
  /** If not known, pages grow without looking at it. */
  readonly timing?: RequestTiming | undefined;
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
  readonly atMost?: number | undefined;
}

/** How long a page of so many rows took. */
interface Timed {
  readonly rows: number;
  readonly ms: number;
}

/** Several pages may be asked for at the same time. @param learned from earlier reads; what this one learns is put there */
export function createPageSize(limits: PageLimits, learned: LearnedPages = {}): PageSize {
  const { first, most } = limits;
  const smallest = Math.min(SMALLEST, most);
  let size = Math.min(most, learned.size ?? first);
  let { bytesPerRow } = learned;
  let growth = EAGER;
  let good = 0;
  let goodPagesToGrow = growth.goodPages;
  /** The last page that was as large as `size` before it grew. */
  let base: Timed | undefined;
  let isOnTrial = false;

  function next(): number {
    const fitting = bytesPerRow === undefined ? size : Math.max(1, Math.floor(BYTES_PER_PAGE / bytesPerRow));
    return Math.min(size, fitting);
  }

  function growLater(): void {
    growth = CAREFUL;
    goodPagesToGrow = 2 * Math.max(CAREFUL.goodPages, goodPagesToGrow);
    good = 0;
    isOnTrial = false;
  }

  /** If several pages of the same size fail, it is one trouble. */
  function shrink(asked: number, divisor: number): void {
    const smaller = Math.max(smallest, Math.floor(asked / divisor));
    if (smaller >= size) return;
    size = smaller;
    growLater();
    delete learned.size;
  }

  function learn(asked: number, { rows, bytes, timing }: SizedAnswer<unknown>): void {
    if (rows > 0) bytesPerRow = bytes / rows;
    // A few rows say little about the others.
    if (rows >= SMALLEST && bytesPerRow !== undefined) learned.bytesPerRow = bytesPerRow;
    const share = timing === undefined ? 0 : timing.elapsedMs / timing.timeoutMs;
    if (share > SHARE_TOO_SLOW) shrink(asked, 2);
    else grow(asked, rows, timing?.elapsedMs, share <= SHARE_TO_GROW);
  }

  function grow(asked: number, rows: number, ms: number | undefined, isQuick: boolean): void {
    // Larger pages would not hold more: the list has no more rows, or the host gives no more at once.
    if (rows < asked && asked >= first) return;
    if (isOnTrial && base !== undefined && ms !== undefined && asked >= 2 * base.rows) {
      isOnTrial = false;
      if (!wasWorthwhile(base, { rows: asked, ms })) {
        size = base.rows;
        growLater();
        return;
      }
    }
    if (asked < next()) return;
    learned.size = Math.max(first, asked);
    base = ms === undefined ? undefined : { rows: asked, ms };
    good += 1;
    if (size >= most || next() < size || !isQuick || good < goodPagesToGrow) return;
    size = Math.min(most, size * growth.factor);
    good = 0;
    isOnTrial = true;
  }

  return {
    fresh: () => createPageSize(limits, learned),
    next,
    async ask(options) {
      let wasTooSlow = false;
      for (;;) {
        const asked = options.exactly ?? Math.min(next(), options.atMost ?? most);
        const last = asked <= smallest || options.exactly !== undefined;
        try {
          const answer = await options.ask(asked, last ? undefined : ATTEMPTS_BEFORE_SHRINKING);
          learn(asked, answer);
          return answer.value;
        } catch (error) {
          if (!(error instanceof HttpFailure) || !mayPageSizeHelp(error)) throw error;
          const slow = options.slowQuery === true && isTooSlow(error);
          if (last || (slow && wasTooSlow)) throw error;
          wasTooSlow ||= slow;
          shrink(asked, options.hostAnswered() ? divisorFor(error) : Number.POSITIVE_INFINITY);
        }
      }
    },
  };
}

/**
 * Whether more than half of the time of the smaller page did not depend on its rows. With a fixed part f and a part v for
 * the rows, a page k times as large takes f + kv, which is less than (f + v)(1 + k) / 2 exactly if v < f.
 */
function wasWorthwhile(smaller: Timed, larger: Timed): boolean {
  return larger.ms < (smaller.ms * (1 + larger.rows / smaller.rows)) / 2;
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
