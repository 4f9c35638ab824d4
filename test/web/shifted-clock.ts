/**
 * A clock for a history of hours that is made within seconds: `Date` is moved, and timers of a minute and more ring when
 * the clock passes them. Short timers, on which sockets and retries depend, stay as they are.
 */

/** Shorter timers are left alone. */
const LONG_MS = 60_000;
const real = { Date, setTimeout, clearTimeout };

interface LongTimer {
  readonly ring: () => void;
  readonly at: number;
}

export interface ShiftedClock {
  /** How far the clock is ahead of the machine's. */
  readonly aheadMs: number;
  /** Lets time pass, and rings what was to ring meanwhile. */
  pass(ms: number): void;
  /** Gives the machine's clock back. */
  restore(): void;
}

/** Sets the clock of this process. @throws when it is set already */
export function shiftClock(toMs: number): ShiftedClock {
  if (globalThis.Date !== real.Date) throw new Error('Another world is open, and there is one clock: close it first');
  let aheadMs = toMs - real.Date.now();
  const timers = new Map<NodeJS.Timeout, LongTimer>();
  const now = () => real.Date.now() + aheadMs;

  class ShiftedDate extends real.Date {
    constructor(...given: readonly unknown[]) {
      if (given.length === 0) super(now());
      else super(...(given as [number]));
    }
    static override now(): number {
      return now();
    }
  }

  const longerSetTimeout = (ring: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): NodeJS.Timeout => {
    const timer = real.setTimeout(() => {
      timers.delete(timer);
      ring(...args);
    }, ms);
    if (ms >= LONG_MS) timers.set(timer, { ring: () => ring(...args), at: now() + ms });
    return timer;
  };
  const clear = (timer: NodeJS.Timeout | undefined): void => {
    if (timer !== undefined) timers.delete(timer);
    real.clearTimeout(timer);
  };
  Object.assign(globalThis, {
    Date: ShiftedDate,
    setTimeout: Object.assign(longerSetTimeout, real.setTimeout),
    clearTimeout: clear,
  });

  return {
    get aheadMs() {
      return aheadMs;
    },
    pass(ms) {
      aheadMs += ms;
      for (const [timer, { ring, at }] of timers) {
        if (at > now()) continue;
        clear(timer);
        ring();
      }
    },
    restore() {
      Object.assign(globalThis, real);
    },
  };
}
