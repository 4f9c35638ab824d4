import type { SandboxResponse } from '../http.ts';
import { errorAnswer } from './answers.ts';

export interface RateLimit {
  /** Requests that are let through per period. */
  readonly limit: number;
  readonly periodMs: number;
}

/** Counts requests in fixed periods; gives the 429 answer for one too many, undefined for the others. */
export function createRateLimit({ limit, periodMs }: RateLimit): () => SandboxResponse | undefined {
  let began = 0;
  let count = 0;
  return () => {
    const now = Date.now();
    if (now - began >= periodMs) {
      began = now;
      count = 0;
    }
    count += 1;
    if (count <= limit) return undefined;
    const seconds = Math.ceil((began + periodMs - now) / 1000);
    return { ...errorAnswer(429, 'too many requests'), headers: { 'retry-after': String(seconds) } };
  };
}
