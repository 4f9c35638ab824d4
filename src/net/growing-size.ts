import type { RequestTiming } from './request-info.ts';

/** No page gets smaller than this. */
const SMALLEST = 10;
/** Several pages are in memory at once, each as text and parsed, so memory has to hold several times this. */
const BYTES_PER_PAGE = 2 * 1024 * 1024;
/** How many times as many rows the next page has, and after how many good pages: as long as nothing went wrong, and after. */
const EAGER = { factor: 4, goodPages: 1 };
const CAREFUL = { factor: 2, goodPages: 3 };
/** The parts of a request's time limit that a page may take: to ask for more rows after it, and before it counts as trouble. */
const SHARE_TO_GROW = 1 / 8;
const SHARE_TOO_SLOW = 1 / 2;
/** The part of the time that a row may take in a larger page. */
const WORTHWHILE = 0.8;

/** The number of rows of the first page, and the most that the host takes. If both are the same, pages never grow. */
export interface PageLimits {
  readonly first: number;
  readonly most: number;
  /** Default: 2 MiB. */
  readonly bytes?: number;
}

/** What one read learned of the pages of a list. The next read in this process begins with it. */
export interface LearnedPages {
  size?: number;
  bytesPerRow?: number;
}

/** What a page tells about the size of pages. */
export interface PageMeasures {
  readonly rows: number;
  readonly bytes: number;
  /** If not known, pages grow without looking at it. */
  readonly timing?: RequestTiming | undefined;
}

/** How long a page of so many rows took. */
interface TimedPage {
  readonly rows: number;
  readonly ms: number;
}

/** How many rows a page should have. Several pages may be under way at the same time. */
export class GrowingSize {
  readonly #limits: PageLimits;
  readonly #learned: LearnedPages;
  readonly smallest: number;
  #size: number;
  #bytesPerRow: number | undefined;
  #growth = EAGER;
  #good = 0;
  #goodPagesToGrow = EAGER.goodPages;
  /** The last page that was as large as `#size` before it grew. */
  #base: TimedPage | undefined;
  #isOnTrial = false;

  /** @param learned from earlier reads; what this one learns is put there */
  constructor(limits: PageLimits, learned: LearnedPages) {
    this.#limits = limits;
    this.#learned = learned;
    this.smallest = Math.min(SMALLEST, limits.most);
    this.#size = Math.min(limits.most, learned.size ?? limits.first);
    this.#bytesPerRow = learned.bytesPerRow;
  }

  /** How many rows the next page should have. */
  next(): number {
    if (this.#bytesPerRow === undefined) return this.#size;
    return Math.min(this.#size, Math.max(1, Math.floor((this.#limits.bytes ?? BYTES_PER_PAGE) / this.#bytesPerRow)));
  }

  /** After a page of so many rows failed. If several pages of the same size fail, it is one trouble. */
  shrink(asked: number, divisor: number): void {
    const smaller = Math.max(this.smallest, Math.floor(asked / divisor));
    if (smaller >= this.#size) return;
    this.#size = smaller;
    this.#growLater();
    delete this.#learned.size;
  }

  /** After a page for which so many rows were asked. */
  learn(asked: number, { rows, bytes, timing }: PageMeasures): void {
    if (rows > 0) this.#bytesPerRow = bytes / rows;
    // A few rows say little about the others.
    if (rows >= SMALLEST) this.#learned.bytesPerRow = bytes / rows;
    const share = timing === undefined ? 0 : timing.elapsedMs / timing.timeoutMs;
    if (share > SHARE_TOO_SLOW) this.shrink(asked, 2);
    // Larger pages would not hold more: the list has no more rows, or the host gives no more at once.
    else if (rows >= asked || asked < this.#limits.first) this.#grow(asked, timing?.elapsedMs, share <= SHARE_TO_GROW);
  }

  #grow(asked: number, ms: number | undefined, isQuick: boolean): void {
    if (this.#isOnTrial && this.#base !== undefined && ms !== undefined && asked >= 2 * this.#base.rows) {
      this.#isOnTrial = false;
      if (!wasWorthwhile(this.#base, { rows: asked, ms })) {
        this.#size = this.#base.rows;
        this.#goodPagesToGrow = Math.max(CAREFUL.goodPages, 2 * this.#goodPagesToGrow);
        this.#good = 0;
        return;
      }
    }
    if (asked < this.next()) return;
    this.#learned.size = Math.max(this.#limits.first, asked);
    this.#base = ms === undefined ? undefined : { rows: asked, ms };
    this.#good += 1;
    const isAsLargeAsMayBe = this.#size >= this.#limits.most || this.next() < this.#size;
    if (isAsLargeAsMayBe || !isQuick || this.#good < this.#goodPagesToGrow) return;
    this.#size = Math.min(this.#limits.most, this.#size * this.#growth.factor);
    this.#good = 0;
    this.#isOnTrial = true;
  }

  #growLater(): void {
    this.#growth = CAREFUL;
    this.#goodPagesToGrow = 2 * Math.max(CAREFUL.goodPages, this.#goodPagesToGrow);
    this.#good = 0;
    this.#isOnTrial = false;
  }
}

/** Whether a row of the larger page took clearly less time. A busy machine blurs times, so it need not be much less. */
function wasWorthwhile(smaller: TimedPage, larger: TimedPage): boolean {
  return larger.ms / larger.rows < WORTHWHILE * (smaller.ms / smaller.rows);
}
