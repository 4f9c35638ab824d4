/** A stretch with fewer answers than this says nothing about the host's limit. */
const LEAST_ANSWERS = 10;
/** A longer stretch is no measure of a limit that is met now. */
const LONGEST_STRETCH_MS = 120_000;
/** What we send, of what the host took. */
const SHARE = 0.9;
/** Never slower than this, in requests a second: a wrong measure must not stop us. */
const SLOWEST = 1;
/** As fast as no host need be asked: then there is no pace any more. */
const FASTEST = 10_000;
/** How fast the pace grows in a second: after one refusal, which may have been chance, and after several. */
const GROWTH = 0.1;
const GROWTH_CONFIRMED = 0.0005;
/** After this long without a refusal the limit may be another one. */
const FORGET_AFTER_MS = 300_000;

/**
 * The rate at which a host takes requests, measured between its refusals, for hosts whose headers do not tell it. Times are
 * milliseconds on a counter that never goes back.
 */
export class Pace {
  /** The first answer of the stretch that is being measured. Undefined: nothing is sent now. */
  #since: number | undefined;
  #answers = 0;
  #isRefused = false;
  /** Requests a second. Undefined: as fast as they come. */
  #perSecond: number | undefined;
  #changedAt = 0;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #sentUntilRefusal = 0;
  #isConfirmed = false;
  #nextAt = 0;

  /** The host has refused a request, and has not said before that it would. @param sent the last request sent until now */
  refused(now: number, sent: number): void {
    this.#isRefused = true;
    this.#refusedAt = now;
    this.#sentUntilRefusal = sent;
  }

  /** The host has taken a request. The first one sent after refusals ends a stretch: in all this time it took so many. */
  accepted(now: number, number: number): void {
    if (this.#isRefused && number > this.#sentUntilRefusal) {
      this.#measure(now);
      this.#isRefused = false;
      this.#since = undefined;
    }
    if (this.#since === undefined) {
      this.#since = now;
      this.#answers = 0;
    }
    this.#answers += 1;
  }

  /** Nothing waits and nothing is in flight, so that what was sent says nothing about what the host would have taken. */
  idle(): void {
    if (!this.#isRefused) this.#since = undefined;
  }

  sent(now: number): void {
    const perSecond = this.#current(now);
    if (perSecond !== undefined) this.#nextAt = Math.max(this.#nextAt, now) + 1000 / perSecond;
  }

  /** When the next request may be sent. */
  opensAt(): number {
    return this.#perSecond === undefined ? 0 : Math.ceil(this.#nextAt);
  }

  #measure(now: number): void {
    const tookMs = now - (this.#since ?? now);
    if (this.#answers < LEAST_ANSWERS || tookMs <= 0 || tookMs > LONGEST_STRETCH_MS) return;
    this.#isConfirmed = this.#perSecond !== undefined;
    this.#perSecond = Math.max(SLOWEST, ((this.#answers * 1000) / tookMs) * SHARE);
    this.#changedAt = now;
  }

  #current(now: number): number | undefined {
    if (this.#perSecond === undefined) return undefined;
    if (now - this.#refusedAt > FORGET_AFTER_MS) this.#isConfirmed = false;
    const growth = 1 + (this.#isConfirmed ? GROWTH_CONFIRMED : GROWTH);
    this.#perSecond *= growth ** ((now - this.#changedAt) / 1000);
    this.#changedAt = now;
    // Faster than anybody sends: the host is no longer limited in this way.
    if (this.#perSecond > FASTEST) this.#perSecond = undefined;
    return this.#perSecond;
  }
}
