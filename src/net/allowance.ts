import { type RateWindow, rateWindow } from './rate-limit.ts';

/** `live`: events, which go before waiting requests of a resync and may use what it leaves. */
export type RequestLane = 'resync' | 'live';

/** An answer, as far as it tells of the host's allowance. Requests are numbered in the order in which they are sent. */
export interface AllowanceAnswer {
  readonly number: number;
  /** The last request that was sent before this answer came. */
  readonly sent: number;
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  /** In epoch milliseconds. */
  readonly at: number;
  /** The same moment on a counter that never goes back. */
  readonly now: number;
}

interface Told extends RateWindow {
  /** The last request that was sent before the host told. Those after it were certainly counted later. */
  readonly sent: number;
}

/** Hosts give the reset time in whole seconds and may round down, so the real reset can be almost a second later. */
const RESET_PRECISION_MS = 1000;
/** Two resets that are closer to each other may be one, rounded differently. */
const SAME_WINDOW_MS = 2000;
/** The share of the allowance that a resync leaves. */
const RESERVED_SHARE = 0.02;
/** The share of this reserve that stays for others when we ask whether more is left by now. */
const KEPT_OF_RESERVE = 0.75;
const FIRST_LOOK_MS = 1000;
const LONGEST_LOOK_MS = 15_000;
/** Looks that were answered although nothing was left, until the host's word no longer counts. */
const LOOKS_UNTIL_DISBELIEF = 2;
/** A number that has fallen so often is one that the host counts. */
const FALLS_OF_A_COUNTER = 3;

/**
 * What a host's headers say is left of its allowance, and how far that is believed. When little is left, requests of a
 * resync wait for the reset. Meanwhile one is sent now and then: a window that slides has room before its reset, and a host
 * that always says "nothing left" but answers is not believed.
 */
export class Allowance {
  readonly #maxWaitMs: number;
  #told: Told | undefined;
  /** Until when requests of a resync wait, on the counter that never goes back. */
  #closedUntil = 0;
  #isClosed = false;
  #looks = 0;
  #contradictions = 0;
  #isDisbelieved = false;
  #falls = 0;
  #hasRefusedAtNothing = false;

  /** @param maxWaitMs the longest wait, whatever the host says */
  constructor(maxWaitMs: number) {
    this.#maxWaitMs = maxWaitMs;
  }

  /** What the host last said. */
  get window(): RateWindow | undefined {
    return this.#told;
  }

  /** Whether the host has said that nothing is left, so that a refusal is no surprise. */
  get isSpent(): boolean {
    return this.#isClosed;
  }

  /** How many requests may be in flight, so that none is refused at the end of a window. */
  room(lane: RequestLane): number {
    if (this.#told === undefined || this.#isDisbelieved) return Number.POSITIVE_INFINITY;
    const { remaining } = this.#told;
    // Only an answer tells that the next window has begun, not the clock: until then one request at a time is sent.
    return Math.max(1, lane === 'live' ? remaining : remaining - reserveOf(this.#told));
  }

  /** From when on a request may be sent, on the counter that never goes back. */
  opensAt(lane: RequestLane): number {
    return lane === 'live' && this.#told !== undefined && this.#told.remaining > 0 ? 0 : this.#closedUntil;
  }

  note({ number, sent, status, headers, at, now }: AllowanceAnswer): void {
    const window = rateWindow(headers, at);
    if (window === undefined) {
      // What a gateway answers for the host says nothing about it.
      if (status < 500 && status !== 429) this.#open(undefined);
      return;
    }
    const before = this.#told;
    const isNewer = before === undefined || number > before.sent;
    if (!isNewer && mayBeOlder(window, before)) return;
    if (before !== undefined && isNewer && window.remaining < before.remaining) this.#falls += 1;
    this.#told = { ...window, sent };
    const leftMs = Math.min(this.#maxWaitMs, Math.max(window.resetAt - at, RESET_PRECISION_MS));
    if (window.remaining > reserveOf(window)) this.#open(this.#told);
    else if (status === 429) this.#refusedAtNothing(now + leftMs);
    else this.#close(window, isNewer && window.remaining === before?.remaining, leftMs, now);
  }

  #open(told: Told | undefined): void {
    this.#told = told;
    this.#closedUntil = 0;
    this.#isClosed = false;
    this.#isDisbelieved = false;
    this.#looks = 0;
    this.#contradictions = 0;
  }

  #refusedAtNothing(until: number): void {
    this.#hasRefusedAtNothing = true;
    this.#isDisbelieved = false;
    this.#contradictions = 0;
    this.#isClosed = true;
    this.#closedUntil = until;
  }

  /** @param isUnchanged whether it was answered although as little was left before */
  #close(window: RateWindow, isUnchanged: boolean, leftMs: number, now: number): void {
    const isCounter = this.#falls >= FALLS_OF_A_COUNTER;
    if (this.#isClosed && isUnchanged && !isCounter) this.#contradictions += 1;
    if (this.#contradictions >= LOOKS_UNTIL_DISBELIEF) this.#isDisbelieved = true;
    if (this.#isDisbelieved) {
      this.#isClosed = false;
      this.#closedUntil = 0;
      return;
    }
    // Answers to what was in flight, and to live events, change nothing about when we look again.
    if (this.#isClosed && now < this.#closedUntil) return;
    this.#looks = this.#isClosed ? this.#looks + 1 : 0;
    this.#isClosed = true;
    const mayLook = window.remaining > reserveOf(window) * KEPT_OF_RESERVE || !(isCounter || this.#hasRefusedAtNothing);
    const lookMs = Math.min(FIRST_LOOK_MS * 2 ** this.#looks, LONGEST_LOOK_MS, Math.max(FIRST_LOOK_MS, leftMs / 10));
    this.#closedUntil = now + (mayLook ? Math.min(leftMs, lookMs) : leftMs);
  }
}

function reserveOf({ limit = 0 }: RateWindow): number {
  return Math.max(2, Math.ceil(limit * RESERVED_SHARE));
}

/** Answers may overtake each other. Of two in the same window, the lower number counts. */
function mayBeOlder(window: RateWindow, told: RateWindow): boolean {
  const difference = window.resetAt - told.resetAt;
  if (Math.abs(difference) <= SAME_WINDOW_MS) return window.remaining > told.remaining;
  return difference < 0;
}
