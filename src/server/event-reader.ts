import { within } from '../core/deadline.ts';
import { HEARTBEAT, RETRY } from './event-stream.ts';

/** How many entries may wait for a reader. One that lets more wait is cut. */
export const MAX_WAITING_ENTRIES = 200;

/** An event about an entry of the timeline. */
export interface EntryText {
  readonly id: string;
  readonly text: string;
}

/** One reader of the event stream, with what it has not taken yet: at most one status and a bounded list of entries. */
export class EventReader {
  #status: string | undefined;
  #entries: EntryText[] = [];
  #seen: ReadonlySet<string> = new Set();
  #waitingSince: number | undefined;
  #wake: () => void = () => undefined;

  /** The newest status takes the place of one that was not taken. */
  offerStatus(text: string): void {
    this.#status = text;
    this.#offered();
  }

  /** What came before the reader was there. It is not told twice, should it be offered again. */
  offerMissed(entries: readonly EntryText[]): void {
    this.#seen = new Set(entries.map(({ id }) => id));
    this.#entries = [...entries, ...this.#entries.filter(({ id }) => !this.#seen.has(id))];
    if (entries.length > 0) this.#offered();
  }

  offerEntry(entry: EntryText): void {
    if (this.#seen.has(entry.id)) return;
    this.#entries.push(entry);
    this.#offered();
  }

  /** Whether it lets too much wait, or waits too long. */
  isSlow(maxMs: number): boolean {
    const waitedMs = this.#waitingSince === undefined ? 0 : performance.now() - this.#waitingSince;
    return this.#entries.length > MAX_WAITING_ENTRIES || waitedMs > maxMs;
  }

  /** The events as text, for as long as the signal does not abort. */
  async *texts(heartbeatMs: number, signal: AbortSignal): AsyncGenerator<string> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    yield RETRY;
    while (!signal.aborted) {
      const text = this.#take();
      if (text !== undefined) yield text;
      else if ((await within(heartbeatMs, this.#offer(), 'quiet' as const)) === 'quiet') yield HEARTBEAT;
    }
  }

  #offered(): void {
    this.#waitingSince ??= performance.now();
    this.#wake();
  }

  #offer(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Everything that waits, as one text. */
  #take(): string | undefined {
    if (this.#waitingSince === undefined) return undefined;
    const texts = [this.#status ?? '', ...this.#entries.map(({ text }) => text)];
    this.#status = undefined;
    this.#entries = [];
    this.#waitingSince = undefined;
    return texts.join('');
  }
}
