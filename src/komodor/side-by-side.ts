import type { Completeness } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { COMPLETE } from './proof.ts';

/** How many walks are read at a time. The governor limits the requests; this only has to keep it busy. */
const WALKS_AT_A_TIME = 5;
/** How much the pages may hold that wait for their turn. */
const BYTES_AHEAD = 4 * 1024 * 1024;
/** After this many failed walks in a row the others are not read. */
const MAX_FAILURES_IN_A_ROW = 5;

type Step = Awaited<ReturnType<Walk['next']>>;

/**
 * Reads several independent walks at a time, and yields the pages of the first one, then those of the second one, and so
 * on, so that a read always gives the same order. Complete when all of them are; otherwise the first reason counts. The
 * others are still read.
 */
export async function* sideBySide(walks: Iterable<Walk>): Walk {
  const waiting = walks[Symbol.iterator]();
  const room = { bytes: BYTES_AHEAD };
  const begun: EarlyWalk[] = [];
  let objection: Completeness | undefined;
  let failures = 0;
  const begin = () => {
    while (begun.length < WALKS_AT_A_TIME && failures < MAX_FAILURES_IN_A_ROW) {
      const next = waiting.next();
      if (next.done) return;
      begun.push(new EarlyWalk(next.value, room));
    }
  };
  try {
    for (begin(); begun[0] !== undefined; begin()) {
      const step = await begun[0].next();
      for (const each of begun) each.readAhead();
      if (!step.done) {
        yield step.value;
        continue;
      }
      begun.shift();
      if (!step.value.complete) objection ??= step.value;
      const hasFailed = !step.value.complete && step.value.reason === 'request_failed';
      failures = hasFailed ? failures + 1 : 0;
    }
  } finally {
    await Promise.allSettled(begun.map((each) => each.close()));
  }
  return objection ?? COMPLETE;
}

/** A walk that is read before it is its turn, as far as there is room for its pages. */
class EarlyWalk {
  readonly #walk: Walk;
  readonly #room: { bytes: number };
  readonly #steps: Promise<Step>[] = [];
  #isReading = false;
  #isOver = false;
  #isItsTurn = false;

  constructor(walk: Walk, room: { bytes: number }) {
    this.#walk = walk;
    this.#room = room;
    this.#read();
  }

  /** The next page, or the end. Once it is its turn, the caller says when to read on, and room does not matter. */
  async next(): Promise<Step> {
    this.#isItsTurn = true;
    if (this.#steps.length === 0) this.#read();
    const step = await this.#steps.shift();
    if (step === undefined) throw new Error('a walk gave no page');
    this.#room.bytes += bytesIn(step);
    return step;
  }

  /** Reads the next page if there is room for it. */
  readAhead(): void {
    if (!this.#isItsTurn && !this.#isReading && !this.#isOver && this.#room.bytes > 0) this.#read();
  }

  #read(): void {
    this.#isReading = true;
    const step = this.#walk.next();
    this.#steps.push(step);
    step.then(
      (next) => {
        this.#isReading = false;
        this.#isOver = next.done === true;
        this.#room.bytes -= bytesIn(next);
        this.readAhead();
      },
      // It is thrown when it is its turn.
      () => {
        this.#isOver = true;
      },
    );
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#walk.return(COMPLETE);
  }
}

function bytesIn(step: Step): number {
  return step.done ? 0 : (step.value.bytes ?? 0);
}
