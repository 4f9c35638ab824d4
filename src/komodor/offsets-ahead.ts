import type { WalkOptions } from './proof.ts';

/** How many pages are asked for at a time. The governor limits the requests; this only has to keep it busy. */
const PAGES_AHEAD = 5;
/** How much the pages may hold that wait for their turn, as far as the last page tells how large they are. */
const BYTES_AHEAD = 5 * 1024 * 1024;
/** How often pages asked for ahead may turn out to be useless. After that, pages are read one after the other. */
const MAX_RESTARTS = 3;

export interface OffsetAnswer {
  readonly rows: unknown;
  readonly more: unknown;
  readonly total: unknown;
  /** How many rows were asked for, if known. */
  readonly askedFor?: number;
  readonly bytes?: number;
}

/**
 * Asks for the page at an offset, of not more than so many rows; undefined: of as many as usual. It need not be answered
 * any more when `useless` aborts.
 */
export type AskAt = (offset: number, maxRows: number | undefined, useless?: AbortSignal) => Promise<OffsetAnswer>;

/** How pages are asked for. */
export interface Asking extends Pick<WalkOptions, 'maxPages'> {
  readonly ask: AskAt;
  /** How many rows the next page would be asked for. */
  readonly pageSize: () => number;
}

interface PageAhead {
  readonly offset: number;
  readonly rows: number;
  readonly bytes: number;
  readonly answer: Promise<OffsetAnswer>;
}

/** The pages of a list that are asked for before it is their turn. */
export class OffsetsAhead {
  readonly #options: Asking;
  #waiting: PageAhead[] = [];
  #useless = new AbortController();
  #taken = 0;
  #restarts = 0;
  #bytesPerRow = 0;
  #leastTotal = Number.POSITIVE_INFINITY;
  /** What the server gives at most at once, if that is less than it was asked for. */
  #serverLimit = Number.POSITIVE_INFINITY;

  /** The smallest total of the pages that were asked for again. */
  get leastTotal(): number {
    return this.#leastTotal;
  }

  constructor(options: Asking) {
    this.#options = options;
  }

  /**
   * The page at an offset. A page asked for ahead may have been answered before the page in front of it. That is only good
   * as long as the list did not change in between, so with a smaller total it is asked for again.
   * @param total of the page in front of it
   */
  async take(offset: number, total: number | undefined): Promise<OffsetAnswer> {
    this.#taken += 1;
    // The page before gave more rows than it was asked for.
    if (this.#waiting.some((page) => page.offset < offset)) await this.#restart();
    const next = this.#waiting[0];
    if (next === undefined || next.offset > offset) {
      return this.#options.ask(offset, next === undefined ? undefined : next.offset - offset);
    }
    const answer = await next.answer;
    this.#waiting.shift();
    if (typeof answer.total === 'number') {
      if (answer.total >= (total ?? 0)) return answer;
      this.#leastTotal = Math.min(this.#leastTotal, answer.total);
    }
    await this.#restart();
    return this.#options.ask(offset, undefined);
  }

  /** Asks for the next pages, after a page that ends at an offset. Without a total, nobody knows where they end. */
  askAhead(offset: number, total: number | undefined, count: number, { askedFor, bytes }: OffsetAnswer): void {
    if (count > 0 && askedFor !== undefined && count < askedFor) this.#serverLimit = count;
    if (count > 0 && bytes !== undefined) this.#bytesPerRow = bytes / count;
    const { ask, pageSize, maxPages } = this.#options;
    const last = this.#waiting.at(-1);
    let at = last === undefined ? offset : last.offset + last.rows;
    for (;;) {
      const rows = Math.min(pageSize(), this.#serverLimit);
      if (!(at < (total ?? 0)) || this.#taken + this.#waiting.length >= maxPages || !this.#hasRoomFor(rows)) return;
      const answer = ask(at, rows, this.#useless.signal);
      // It is thrown when it is its turn. Until then it must not be an unhandled rejection.
      answer.catch(() => undefined);
      this.#waiting.push({ offset: at, rows, bytes: rows * this.#bytesPerRow, answer });
      at += rows;
    }
  }

  #hasRoomFor(rows: number): boolean {
    if (this.#restarts >= MAX_RESTARTS) return false;
    const held = this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    return (
      this.#waiting.length === 0 ||
      (this.#waiting.length < PAGES_AHEAD && held + rows * this.#bytesPerRow <= BYTES_AHEAD)
    );
  }

  async #restart(): Promise<void> {
    this.#restarts += 1;
    await this.close();
    this.#useless = new AbortController();
  }

  /** Ends the requests that nobody waits for any more. */
  async close(): Promise<void> {
    this.#useless.abort(new DOMException('The page is not needed', 'AbortError'));
    const answers = this.#waiting.map(({ answer }) => answer);
    this.#waiting = [];
    await Promise.allSettled(answers);
  }
}
