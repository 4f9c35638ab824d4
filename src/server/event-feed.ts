import type { StatusDocument } from '../answers/status.ts';
import { statusSaying } from '../answers/status-saying.ts';
import type { Timeline, TimelineEntry } from '../core/timeline.ts';
import { type EntryText, EventReader, MAX_WAITING_ENTRIES } from './event-reader.ts';
import { eventText } from './event-stream.ts';

export interface EventFeedOptions {
  readonly status: () => Promise<StatusDocument>;
  readonly timeline: Pick<Timeline, 'page'>;
  readonly lookEveryMs: number;
  readonly slowReaderMs: number;
  /** Called when the status or the timeline cannot be had, once until both work again. */
  readonly onFailure: (error: unknown) => void;
  readonly now?: () => number;
}

/** How many entries a look reads; all that may be kept for a reader when every one of them is new. */
const ENTRIES_PER_LOOK = 20;

/**
 * Computes the status, and looks for new entries of the timeline, once for all readers; and only while there is one. The
 * timeline is asked and not listened to, for other replicas add to it too.
 */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #readers = new Map<EventReader, () => void>();
  #status: { readonly saying: string; readonly text: string } | undefined;
  #seen: ReadonlySet<string> = new Set();
  /** Entries before this id are old. */
  #oldest = '';
  #hasFailed = false;
  #isLooking = false;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  /**
   * @param lastId the last entry that this reader was told; it gets what came after that
   * @param cut ends the connection of a reader that does not read
   */
  async open(lastId: string | undefined, cut: () => void, signal: AbortSignal): Promise<EventReader> {
    const reader = new EventReader();
    this.#readers.set(reader, cut);
    signal.addEventListener('abort', () => this.#readers.delete(reader), { once: true });
    if (signal.aborted) this.#readers.delete(reader);
    if (this.#status !== undefined) reader.offerStatus(this.#status.text);
    if (!this.#isLooking) void this.#look();
    if (lastId !== undefined) reader.offerMissed(await this.#after(lastId));
    return reader;
  }

  async #after(lastId: string): Promise<readonly EntryText[]> {
    const entries = await this.#newest(MAX_WAITING_ENTRIES).catch(() => []);
    return entries.filter(({ id }) => id > lastId).map(textOf);
  }

  /** Looks again and again until nobody reads. */
  async #look(): Promise<void> {
    const { lookEveryMs, onFailure, now = Date.now } = this.#options;
    this.#isLooking = true;
    this.#oldest = String(now()).padStart(14, '0');
    while (this.#readers.size > 0) {
      const begun = performance.now();
      const [status, entries] = await Promise.allSettled([this.#lookAtStatus(), this.#lookAtTimeline()]);
      const failed = [status, entries].find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined && !this.#hasFailed) onFailure(failed.reason);
      this.#hasFailed = failed !== undefined;
      this.#cutSlowReaders();
      await pause(lookEveryMs - (performance.now() - begun));
    }
    this.#isLooking = false;
    this.#status = undefined;
    this.#seen = new Set();
  }

  async #lookAtStatus(): Promise<void> {
    const document = await this.#options.status();
    const saying = statusSaying(document);
    const isNew = saying !== this.#status?.saying;
    this.#status = { saying, text: eventText('status', JSON.stringify(document)) };
    if (isNew) for (const reader of this.#readers.keys()) reader.offerStatus(this.#status.text);
  }

  async #lookAtTimeline(): Promise<void> {
    const few = await this.#newest(ENTRIES_PER_LOOK);
    const isAllNew = few.length === ENTRIES_PER_LOOK && few.every((entry) => this.#isNew(entry));
    const entries = isAllNew ? await this.#newest(MAX_WAITING_ENTRIES) : few;
    const texts = entries.filter((entry) => this.#isNew(entry)).map(textOf);
    for (const reader of this.#readers.keys()) for (const text of texts) reader.offerEntry(text);
    this.#seen = new Set(entries.map(({ id }) => id));
    // What slips into the page from below, because something else was dropped, is not new.
    const [first] = entries;
    if (first !== undefined && entries.length >= ENTRIES_PER_LOOK && first.id > this.#oldest) this.#oldest = first.id;
  }

  #isNew({ id }: TimelineEntry): boolean {
    return id >= this.#oldest && !this.#seen.has(id);
  }

  /** The oldest of them first. */
  async #newest(limit: number): Promise<readonly TimelineEntry[]> {
    return (await this.#options.timeline.page({ before: null, types: [], limit })).entries.toReversed();
  }

  #cutSlowReaders(): void {
    for (const [reader, cut] of this.#readers) {
      if (!reader.isSlow(this.#options.slowReaderMs)) continue;
      this.#readers.delete(reader);
      cut();
    }
  }
}

function textOf(entry: TimelineEntry): EntryText {
  return { id: entry.id, text: eventText('timeline', JSON.stringify(entry), entry.id) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms)).unref();
  });
}
