import { withDeadline } from '../core/deadline.ts';
import type { ItemChanges } from '../core/live-changes.ts';
import type { Kind, RawItem } from '../core/model.ts';
import type { ResourceChange } from '../kubernetes/watch.ts';

interface Waiting extends ResourceChange {
  /** When the first change of this object came that is not in Port yet. */
  readonly since: number;
}

export interface KindChangesOptions {
  readonly kind: Kind;
  /** Brings changes to Port. @throws when they should be tried again */
  readonly flush: (changes: ItemChanges, attempt: number, signal: AbortSignal) => Promise<void>;
  /** Whether another object may wait. */
  readonly hasRoom: () => boolean;
  /** Called when there is none: all of the kind that waits was dropped. */
  readonly onOverflow: () => void;
  readonly quietMs?: number | undefined;
  /** The wait after the first failure. */
  readonly pauseMs?: number | undefined;
  readonly now?: () => number;
}

const QUIET_MS = 500;
const OBJECTS_AT_ONCE = 500;
const FLUSH_TIMEOUT_MS = 90_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * The changes of one kind on their way to Port: of each object only the newest, in order, never two batches at the same
 * time. What fails is tried again, with what has come since.
 */
export class KindChanges {
  readonly #options: KindChangesOptions;
  readonly #now: () => number;
  readonly #waiting = new Map<string, Waiting>();
  readonly #stopping = new AbortController();
  #sent: ReadonlyMap<string, Waiting> = new Map();
  #flushing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Counts how often everything was dropped. What was sent before is not put back. */
  #era = 0;

  constructor(options: KindChangesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The objects that wait, or are being sent. */
  get size(): number {
    return this.#waiting.size + this.#sent.size;
  }

  /** For how long the oldest change has been waiting, in milliseconds. */
  get lagMs(): number {
    const oldest = [this.#sent, this.#waiting].flatMap((changes) => [...changes.values()].slice(0, 1));
    return Math.max(0, ...oldest.map(({ since }) => this.#now() - since));
  }

  add(change: ResourceChange): void {
    if (this.#stopping.signal.aborted) return;
    const key = keyOf(change.item);
    const known = this.#waiting.get(key);
    if (!known && !this.#options.hasRoom()) {
      this.drop();
      this.#options.onOverflow();
      return;
    }
    this.#waiting.set(key, { ...change, since: known?.since ?? this.#now() });
    this.#schedule();
  }

  /** Forgets everything that waits, because a read will bring it. */
  drop(): void {
    this.#era += 1;
    this.#waiting.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Waits until nothing is being sent. */
  async settled(): Promise<void> {
    await this.#flushing;
  }

  /** Sends what waits, as long as that works, and takes nothing more. */
  async finish(): Promise<void> {
    await this.settled();
    while (this.#waiting.size > 0) {
      const { size } = this.#waiting;
      await this.#flush();
      if (this.#waiting.size >= size) break;
    }
    this.stop();
  }

  /** Ends at once. */
  stop(): void {
    this.drop();
    this.#stopping.abort(new DOMException('the watch has ended', 'AbortError'));
  }

  #schedule(): void {
    if (this.#flushing || this.#waiting.size === 0) return;
    const isFull = this.#waiting.size >= OBJECTS_AT_ONCE && this.#failures === 0;
    if (this.#timer && !isFull) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#flush(), isFull ? 0 : this.#pauseMs());
  }

  #pauseMs(): number {
    // What has come during a batch has waited already.
    if (this.#failures === 0) return Math.max(0, (this.#options.quietMs ?? QUIET_MS) - this.lagMs);
    return Math.min((this.#options.pauseMs ?? FIRST_PAUSE_MS) * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS);
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing ??= this.#send().finally(() => {
      this.#flushing = undefined;
      this.#schedule();
    });
    return this.#flushing;
  }

  async #send(): Promise<void> {
    const era = this.#era;
    this.#sent = new Map([...this.#waiting].slice(0, OBJECTS_AT_ONCE));
    for (const key of this.#sent.keys()) this.#waiting.delete(key);
    const items = (wanted: ResourceChange['type']) =>
      [...this.#sent.values()].filter(({ type }) => type === wanted).map(({ item }) => item);
    const changes = { kind: this.#options.kind, changed: items('changed'), gone: items('gone') };
    try {
      await withDeadline(FLUSH_TIMEOUT_MS, this.#stopping.signal, (signal) =>
        this.#options.flush(changes, this.#failures + 1, signal),
      );
      this.#failures = 0;
    } catch {
      this.#failures += 1;
      if (era === this.#era) this.#putBack();
    } finally {
      this.#sent = new Map();
    }
  }

  /** What was not brought to Port waits again, in front, unless something newer has come. */
  #putBack(): void {
    const newer = [...this.#waiting];
    this.#waiting.clear();
    for (const [key, change] of this.#sent) this.#waiting.set(key, change);
    for (const [key, change] of newer) {
      const since = this.#waiting.get(key)?.since ?? change.since;
      this.#waiting.set(key, { ...change, since });
    }
  }
}

function keyOf({ key, value }: RawItem): string {
  const { metadata } = value;
  const uid = typeof metadata === 'object' && metadata !== null && 'uid' in metadata ? metadata.uid : undefined;
  return typeof uid === 'string' ? uid : key;
}
