import type { Side } from './http-failure.ts';

/** How long an attempt took, from sending it to the last byte of the answer, and how long it was allowed to take. */
export interface RequestTiming {
  readonly elapsedMs: number;
  readonly timeoutMs: number;
}

/** A request that was sent, for the message when it failed. */
export interface RequestInfo extends RequestTiming {
  readonly side: Side;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly maxResponseBytes: number;
  /** Removes every secret from a text. */
  readonly redact: (text: string) => string;
}
