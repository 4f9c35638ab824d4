import type { RunWait } from './run-times.ts';

const MAX_WAITS = 50;
/** A wait that is made longer begins anew. Within this time it is one. */
const GAP_MS = 100;

/** Collects the waits of a run: all of them, or of many the longest. */
export class WaitBook {
  readonly #from: number;
  readonly #open = new Map<string, RunWait>();
  #closed: readonly RunWait[] = [];
  #more = 0;

  /** @param from when the run began; what began to wait before that counts from then */
  constructor(from: number) {
    this.#from = from;
  }

  get more(): number {
    return this.#more;
  }

  /** Takes a wait when it begins (without an end), and when it ends. */
  note(wait: RunWait): void {
    const key = `${wait.side} ${wait.reason}`;
    if (wait.to === null) this.#open.set(key, this.#goingOn(wait));
    else {
      const from = this.#open.get(key)?.from ?? this.#sinceRun(wait.from);
      this.#open.delete(key);
      this.#close({ ...wait, from });
    }
  }

  list(): readonly RunWait[] {
    return [...this.#closed, ...this.#open.values()].sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
  }

  #goingOn(wait: RunWait): RunWait {
    const before = this.#closed.findLast(({ side, reason }) => side === wait.side && reason === wait.reason);
    if (before?.to == null || Date.parse(wait.from) - Date.parse(before.to) > GAP_MS)
      return { ...wait, from: this.#sinceRun(wait.from) };
    this.#closed = this.#closed.filter((one) => one !== before);
    return { ...wait, from: before.from };
  }

  #sinceRun(at: string): string {
    return new Date(Math.max(this.#from, Date.parse(at))).toISOString();
  }

  #close(wait: RunWait): void {
    this.#closed = [...this.#closed, wait];
    if (this.#closed.length <= MAX_WAITS) return;
    const shortest = this.#closed.reduce((a, b) => (lengthOf(b) < lengthOf(a) ? b : a));
    this.#closed = this.#closed.filter((one) => one !== shortest);
    this.#more += 1;
  }
}

function lengthOf({ from, to }: RunWait): number {
  return to === null ? Number.POSITIVE_INFINITY : Date.parse(to) - Date.parse(from);
}
