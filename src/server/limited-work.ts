import type { FastifyReply } from 'fastify';
import { withAnySignal } from '../core/signals.ts';
import { HttpProblem } from './problems.ts';

/** How many requests may do a costly thing at the same time, and for how long each. */
export interface WorkLimits {
  readonly atOnce: number;
  readonly ms: number;
  /** What they do, for the answer to one too many: `mapped`. */
  readonly what: string;
}

/**
 * Runs the work of a few requests at a time, each for a limited time and only as long as its caller waits; one too many is
 * answered with 429.
 * @param asProblem turns what the work throws into what is answered
 */
export function limitWork({ atOnce, ms, what }: WorkLimits, asProblem = (error: unknown): unknown => error) {
  let active = 0;
  return async <T>(reply: FastifyReply, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    if (active >= atOnce) {
      const detail = `${atOnce} requests are being ${what}; try again in a moment.`;
      throw new HttpProblem('too_many_requests', { detail, retryAfterSeconds: 2 });
    }
    active += 1;
    const limit = AbortSignal.timeout(ms);
    const left = new AbortController();
    const leave = () => left.abort(new DOMException('The caller has left', 'AbortError'));
    reply.raw.once('close', leave);
    try {
      return await withAnySignal([limit, left.signal], work);
    } catch (error) {
      // Nobody reads the answer to a caller that has left, and that is no failure to be logged.
      if (limit.aborted || left.signal.aborted) throw new HttpProblem('took_too_long', { retryAfterSeconds: 10 });
      throw asProblem(error);
    } finally {
      active -= 1;
      reply.raw.off('close', leave);
    }
  };
}
