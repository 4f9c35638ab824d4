import { setTimeout as sleep } from 'node:timers/promises';
import { isDoneWithin } from '../../core/deadline.ts';
import { messageOf } from '../../core/errors.ts';
import type { JournalWriter, NewRow } from '../../core/journal.ts';
import type { KeptExchanges } from '../../core/kept-exchanges.ts';
import type { RunStatus } from '../../core/report.ts';
import { type Line, LineMaker } from './new-rows.ts';
import { indexOf, packed } from './piece.ts';
import { newPart, type PieceType, pieceName } from './piece-names.ts';
import type { JournalStore, Piece, RecordEnd, RecordHead, RecordLimits, RowCounts } from './store.ts';

/** A piece of fewer rows is joined with the next ones. */
const ROWS_PER_PIECE = 500;
const CHARS_PER_PIECE = 1024 * 1024;
/** How long a run waits for its rows to be kept before it goes on without waiting. */
const APPEND_WAIT_MS = 1_000;
const END_WAIT_MS = 2_000;
/** How much is written before room is made for more. */
const GROWN_BYTES = 4 * 1024 * 1024;

export interface WriterOptions {
  readonly store: JournalStore;
  readonly head: RecordHead;
  readonly limits: RecordLimits;
  readonly withValues: boolean;
  readonly exchanges: KeptExchanges;
  /** How many characters of rows may wait in this process, of all writers. */
  readonly buffer: { free: number };
  /** The pause before a failed write is tried again. */
  readonly retryMs: number;
  /** How long after the end of the run writes are tried again. */
  readonly patienceMs: number;
  readonly now: () => Date;
  /** Called after every few MiB that were written. Never throws. */
  readonly onGrown: () => Promise<void>;
  /** Called once after the end, when all rows are kept or lost. Never throws. */
  readonly onEnd: (lost: number, why: string) => Promise<void>;
}

/** A piece on its way into the store. */
interface Sending {
  readonly piece: Piece;
  readonly lines: readonly Line[];
  readonly counts: RowCounts;
}

/** The rows of one type that this writer has handed over. */
interface PieceBuffer {
  sending: Sending | undefined;
  readonly type: PieceType;
  readonly waiting: Line[];
  /** Small pieces that are in the store, and will be one. */
  open: { readonly names: string[]; readonly lines: Line[] };
  /** The number of the newest piece. */
  next: number;
}

/**
 * Writes the rows of one run. Every append becomes a small piece, so that what was appended survives the process; some
 * hundred rows of small pieces are joined, because together they compress much better.
 */
export class RecordWriter implements JournalWriter {
  readonly #options: WriterOptions;
  readonly #part = newPart();
  readonly #lines: LineMaker;
  readonly #pieces: readonly [PieceBuffer, PieceBuffer] = [bufferOf('m'), bufferOf('n')];
  /** A run is opened at once, a live record with its first row. */
  #toOpen: boolean;
  #ending: RecordEnd | undefined;
  #isEndKept = false;
  #hasEnded = false;
  #giveUpAt = Number.POSITIVE_INFINITY;
  /** What was written since room was made for it. */
  #grownBytes = 0;
  #lost = 0;
  #lostInStore = 0;
  #why = '';
  #working: Promise<void> | undefined;
  /** Whether the store has kept the run waiting. Then the run does not wait again until everything is written. */
  #isSlow = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#lines = new LineMaker(options.withValues, options.exchanges);
    this.#toOpen = options.head.mode !== 'live';
    if (this.#toOpen) this.#work();
  }

  async append(rows: readonly NewRow[]): Promise<void> {
    for (const row of rows) this.#take(row);
    await this.#settle(APPEND_WAIT_MS);
  }

  async end(status: RunStatus): Promise<void> {
    if (this.#ending) return;
    this.#ending = { finishedAt: this.#options.now().toISOString(), status };
    this.#giveUpAt = performance.now() + this.#options.patienceMs;
    this.#isSlow = false;
    await this.#settle(END_WAIT_MS);
  }

  /** Waits until everything is written, but not long. */
  async #settle(ms: number): Promise<void> {
    this.#work();
    if (this.#isSlow) return;
    this.#isSlow = !(await isDoneWithin(ms, this.#working ?? Promise.resolve()));
  }

  #take(row: NewRow): void {
    const { buffer } = this.#options;
    const line = this.#lines.lineOf(row, this.#lost > 0);
    if (this.#ending || line.text.length > buffer.free) {
      if (!this.#ending) this.#why ||= 'more rows came than could wait';
      this.#lost += 1;
      return;
    }
    buffer.free -= line.text.length;
    this.#pieces[line.isAgain ? 1 : 0].waiting.push(line);
  }

  #work(): void {
    this.#working ??= this.#writeAll().finally(() => {
      this.#working = undefined;
      this.#isSlow = false;
      // A row or the end may have come in between.
      const isWaiting = this.#pieces.some(({ waiting }) => waiting.length > 0);
      if (isWaiting || (this.#ending && !this.#hasEnded)) this.#work();
    });
  }

  async #writeAll(): Promise<void> {
    const { retryMs, onEnd } = this.#options;
    for (;;) {
      try {
        if (await this.#writeNext()) continue;
        break;
      } catch (error) {
        this.#why = messageOf(error);
        if (performance.now() >= this.#giveUpAt) {
          for (const pieces of this.#pieces) this.#lose(pieces.waiting.splice(0));
          break;
        }
        await sleep(retryMs, undefined, { ref: false });
      }
    }
    if (!this.#ending || this.#hasEnded) return;
    this.#hasEnded = true;
    await onEnd(this.#lost, this.#why);
  }

  /** Does one thing that is to be done. False: there was none. */
  async #writeNext(): Promise<boolean> {
    const { store, head } = this.#options;
    if (this.#toOpen) {
      await store.open(head);
      this.#toOpen = false;
      return true;
    }
    for (const pieces of this.#pieces) {
      if (pieces.waiting.length > 0) return this.#addPiece(pieces);
      if (pieces.open.names.length > 1 && (this.#ending || isLarge(pieces.open.lines))) return this.#joinPieces(pieces);
    }
    if (this.#lost > this.#lostInStore) {
      const lost = this.#lost;
      await store.lose(head, this.#part, lost);
      this.#lostInStore = lost;
      return true;
    }
    if (!this.#ending || this.#isEndKept) return false;
    if (head.mode !== 'live') await store.end(head, this.#ending);
    this.#isEndKept = true;
    return true;
  }

  async #addPiece(pieces: PieceBuffer): Promise<boolean> {
    const { store, head, limits } = this.#options;
    // The same until it is kept: a piece that is added again under its name changes nothing.
    pieces.sending ??= await this.#nextOf(pieces);
    const { piece, lines, counts } = pieces.sending;
    const isKept = await store.add(head, piece, counts, limits);
    pieces.sending = undefined;
    pieces.waiting.splice(0, lines.length);
    if (!isKept) {
      this.#why = `the record has its ${limits.rows} rows or ${limits.bytes} bytes`;
      this.#lose(lines);
      return true;
    }
    this.#free(lines);
    if (isLarge(pieces.open.lines)) pieces.open = { names: [], lines: [] };
    pieces.open.names.push(piece.name);
    pieces.open.lines.push(...lines);
    await this.#grow(piece.content.length);
    return true;
  }

  async #nextOf(pieces: PieceBuffer): Promise<Sending> {
    const lines = fitting(pieces.waiting);
    const counts = new Map<string, number>();
    for (const { counted } of lines) if (counted !== undefined) counts.set(counted, (counts.get(counted) ?? 0) + 1);
    pieces.next += 1;
    return { piece: await pieceOf(pieceName(this.#part, pieces.type, pieces.next), lines), lines, counts };
  }

  async #joinPieces(pieces: PieceBuffer): Promise<boolean> {
    const { names, lines } = pieces.open;
    await this.#options.store.join(this.#options.head.runId, await pieceOf(names[0] ?? '', lines), names);
    pieces.open = { names: [], lines: [] };
    return true;
  }

  async #grow(bytes: number): Promise<void> {
    this.#grownBytes += bytes;
    if (this.#grownBytes < GROWN_BYTES) return;
    this.#grownBytes = 0;
    await this.#options.onGrown();
  }

  #lose(lines: readonly Line[]): void {
    this.#lost += lines.length;
    this.#free(lines);
  }

  #free(lines: readonly Line[]): void {
    this.#options.buffer.free += charsOf(lines);
  }
}

function bufferOf(type: PieceType): PieceBuffer {
  return { type, sending: undefined, waiting: [], open: { names: [], lines: [] }, next: 0 };
}

function charsOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { text }) => sum + text.length, 0);
}

function isLarge(lines: readonly Line[]): boolean {
  return lines.length >= ROWS_PER_PIECE || charsOf(lines) >= CHARS_PER_PIECE;
}

/** As many lines as make a piece. */
function fitting(lines: readonly Line[]): readonly Line[] {
  let chars = 0;
  const end = lines.slice(0, ROWS_PER_PIECE).findIndex(({ text }) => {
    chars += text.length;
    return chars >= CHARS_PER_PIECE;
  });
  return lines.slice(0, end === -1 ? ROWS_PER_PIECE : end + 1);
}

async function pieceOf(name: string, lines: readonly Line[]): Promise<Piece> {
  return {
    name,
    content: await packed(lines.map(({ text }) => text)),
    index: indexOf(lines.map(({ entity }) => entity)),
  };
}
