import { HttpProblem } from './problems.ts';

/** How many requests may do a costly thing at the same time, and for how long each. */
export interface WorkLimits {
  readonly atOnce: number;
  readonly ms: number;
  /** What they do, for the answer to one too many: `mapped`. */
  readonly what: string;
}

/**
 * Runs the work of a few requests at a time, each for a limited time; one too many is answered with 429.
 * @param asProblem turns what the work throws into what is answered
 */
export function limitWork({ atOnce, ms, what }: WorkLimits, asProblem: (error: unknown) => unknown) {
  let active = 0;
  return async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    if (active >= atOnce) {
      const detail = `${atOnce} requests are being ${what}; try again in a moment.`;
      throw new HttpProblem('too_many_requests', { detail, retryAfterSeconds: 2 });
    }
    active += 1;
    const limit = AbortSignal.timeout(ms);
    try {
      return await work(limit);
    } catch (error) {
      if (limit.aborted) throw new HttpProblem('took_too_long', { retryAfterSeconds: 10 });
      throw asProblem(error);
    } finally {
      active -= 1;
    }
  };
}
