import type { Side } from './http-failure.ts';

/** The request that failed, for the failure's message. */
export interface RequestInfo {
  readonly side: Side;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  /** Removes every secret from a text. */
  readonly redact: (text: string) => string;
}
