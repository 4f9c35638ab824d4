import { slownessOf } from './latencies.ts';

/**
 * What the end of a request tells about how much its host can bear. `overload`: it refused for load, or took too long.
 * `failed`: it failed in another way. `nothing`: it says nothing, as when we cancelled it.
 */
export type RequestEnd = 'good' | 'overload' | 'failed' | 'nothing';

export interface EndedRequest {
  /** As `begin` has given it. */
  readonly number: number;
  readonly verdict: RequestEnd;
  /** What kind of request it was: only like is compared with like. */
  readonly work: string;
  readonly tookMs: number;
}

export interface ConcurrencyLimits {
  /** Never more. */
  readonly ceiling: number;
  /** Never fewer, whatever the host does (default 1). */
  readonly least?: number;
}

/**
 * Where we begin. Before the first answer, which tells what is left of an allowance, more would be a guess; fewer would let
 * the requests of a run's beginning block each other.
 */
const BEFORE_FIRST_ANSWER = 8;
/** And after it. */
const START = 16;
/** Never fewer than this only because answers are slow: our own process may be what is slow. */
const LEAST_FOR_SLOWNESS = 4;
/** The answers of a round, of as many as may be in flight: some of these were sent before it began. */
const ROUND_SHARE = 0.5;
/** A round has at least so many answers, for fewer say little: while warming up, and later. */
const LEAST_ANSWERS_AT_FIRST = 4;
const LEAST_ANSWERS = 12;
/** Answers that take so many times the least latency are too slow: go down in proportion. */
const TOO_SLOW = 1.8;
/** Below this they do not count as slower. Between the two, the number stays. */
const CALM = 1.3;
/** After so many rounds of slower answers we look whether it is because of us. */
const ROUNDS_UNTIL_LOOK = 10;
/** Where it broke before, it goes up by one only after so many times the allowed number were answered in time: twice as many each time it breaks again. */
const PATIENCE = 5;
const MOST_PATIENCE = 40;

/**
 * Finds how many requests a host takes at once, from the ends of requests alone: no clock, no timers.
 *
 * It goes in rounds. A round has about as many answers as may be in flight, all of requests sent since the last change.
 * While answers do not slow down and the limit is used, a round doubles it, until the host has first refused or slowed
 * down; then it goes up by about a tenth, and by little where it broke before. Slow answers lower it in proportion, and an
 * overload halves it at once.
 */
export class Concurrency {
  readonly #ceiling: number;
  readonly #least: number;
  readonly #leastForSlowness: number;
  /** The latency of each kind of work when the host is not busy, as far as known. */
  readonly #calmMs = new Map<string, number>();
  #allowed: number;
  #begun = 0;
  /** The last request before the last change, and before the last overload. What comes of them tells nothing new. */
  #changedAt = 0;
  #overloadAt = 0;
  #isWarmingUp = true;
  #hasAnswered = false;
  /** Since it last broke. */
  #hasGrown = true;
  /** The number at which the host last refused or slowed down. */
  #brokeAt: number | undefined;
  #calmAnswers = 0;
  #patience = PATIENCE;
  #slowRounds = 0;
  /** While we look whether answers are slow because of us: the number to go back to. */
  #goBackTo: number | undefined;
  #round = newRound();

  constructor({ ceiling, least = 1 }: ConcurrencyLimits) {
    this.#ceiling = Math.max(1, ceiling);
    this.#least = Math.min(this.#ceiling, Math.max(1, least));
    this.#leastForSlowness = Math.max(this.#least, Math.min(this.#ceiling, LEAST_FOR_SLOWNESS));
    this.#allowed = this.#within(BEFORE_FIRST_ANSWER);
  }

  #within(wanted: number): number {
    return Math.max(this.#least, Math.min(this.#ceiling, wanted));
  }

  /** How many requests may be in flight now. */
  get allowed(): number {
    return this.#allowed;
  }

  /** A request is sent. @param inFlight how many there are now, with it @returns its number */
  begin(inFlight: number): number {
    if (inFlight >= this.#allowed) this.#round.isLimitUsed = true;
    this.#begun += 1;
    return this.#begun;
  }

  /** A request is over. */
  end({ number, verdict, work, tookMs }: EndedRequest): void {
    if (verdict === 'overload') {
      if (number > this.#overloadAt) this.#halve();
      return;
    }
    if (verdict === 'good' && !this.#hasAnswered) {
      this.#hasAnswered = true;
      if (this.#isWarmingUp) this.#allowed = Math.max(this.#allowed, this.#within(START));
    }
    if (number <= this.#changedAt || verdict === 'nothing') return;
    const round = this.#round;
    round.answers += 1;
    if (verdict === 'failed') round.hasFailures = true;
    else noteTime(round.times, work, tookMs);
    const least = this.#isWarmingUp ? LEAST_ANSWERS_AT_FIRST : LEAST_ANSWERS;
    if (round.answers >= Math.max(least, this.#allowed * ROUND_SHARE)) this.#endRound();
  }

  #endRound(): void {
    const { answers, times, isLimitUsed, hasFailures } = this.#round;
    this.#round = newRound();
    const { slowness, accept } = slownessOf(times, this.#calmMs);
    if (this.#goBackTo !== undefined) {
      // With half as many, answers are as slow as before: that is how the host, or this process, is now.
      if (slowness > CALM) accept();
      this.#set(this.#goBackTo);
    } else if (slowness > CALM && this.#allowed <= this.#leastForSlowness) {
      accept();
    } else if (slowness > TOO_SLOW) {
      this.#broke();
      this.#set(Math.max(this.#leastForSlowness, Math.floor(this.#allowed / slowness)));
    } else if (slowness > CALM) {
      this.#slowRounds += 1;
      if (this.#slowRounds >= ROUNDS_UNTIL_LOOK) this.#look();
    } else {
      this.#slowRounds = 0;
      if (isLimitUsed && !hasFailures) this.#grow(answers);
    }
  }

  #grow(answers: number): void {
    this.#calmAnswers += answers;
    const before = this.#allowed;
    if (this.#isWarmingUp) {
      this.#set(this.#allowed * 2);
    } else if (this.#brokeAt === undefined || this.#allowed + 1 < this.#brokeAt) {
      const next = this.#allowed + Math.max(1, Math.round(this.#allowed / 10));
      this.#set(this.#brokeAt === undefined ? next : Math.min(next, this.#brokeAt - 1));
    } else if (this.#calmAnswers >= this.#patience * this.#allowed) {
      if (this.#allowed >= this.#brokeAt) {
        this.#brokeAt = undefined;
        this.#patience = PATIENCE;
      }
      this.#set(this.#allowed + 1);
    }
    this.#hasGrown ||= this.#allowed > before;
  }

  #look(): void {
    const now = this.#allowed;
    this.#set(Math.max(this.#leastForSlowness, Math.ceil(now / 2)));
    this.#goBackTo = now;
  }

  #halve(): void {
    this.#broke();
    this.#set(Math.max(this.#least, Math.floor(this.#allowed / 2)));
    this.#overloadAt = this.#begun;
  }

  #broke(): void {
    // In one stretch of trouble, it broke where the stretch began.
    if (!this.#hasGrown) return;
    this.#hasGrown = false;
    if (this.#brokeAt !== undefined) this.#patience = Math.min(MOST_PATIENCE, this.#patience * 2);
    this.#isWarmingUp = false;
    this.#brokeAt = this.#allowed;
  }

  #set(wanted: number): void {
    const next = Math.min(this.#ceiling, wanted);
    this.#goBackTo = undefined;
    this.#slowRounds = 0;
    if (next === this.#allowed) return;
    this.#allowed = next;
    this.#calmAnswers = 0;
    this.#changedAt = this.#begun;
    this.#round = newRound();
  }
}

function newRound() {
  return { answers: 0, times: new Map<string, number[]>(), isLimitUsed: false, hasFailures: false };
}

function noteTime(times: Map<string, number[]>, work: string, tookMs: number): void {
  const known = times.get(work);
  if (known) known.push(tookMs);
  else times.set(work, [tookMs]);
}
