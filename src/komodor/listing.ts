import type { Completeness } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PageSize, SizedAnswer } from '../net/page-size.ts';
import type { KomodorApi } from './api.ts';
import { COMPLETE, incomplete } from './proof.ts';

/** The context that all questions of one read share. */
export interface Reading {
  readonly api: KomodorApi;
  readonly size: PageSize;
  readonly maxPages: number;
  readonly signal: AbortSignal;
  /** The time, in milliseconds since 1970. */
  readonly now: () => number;
}

/** An answer with its number of rows and its size. */
export function sized<T extends { readonly rows: unknown }>(
  value: T,
  bytes: number,
): SizedAnswer<T & { readonly bytes: number }> {
  return { value: { ...value, bytes }, rows: Array.isArray(value.rows) ? value.rows.length : 0, bytes };
}

/** After this many failed walks in a row the others are not read. */
const MAX_FAILURES_IN_A_ROW = 2;

/**
 * Turns the failure of a request into an incomplete read. Throws errors that are not HttpFailures, and when the host never
 * answered.
 * @param permission the permission that the request needs, for the message
 */
export function incompleteAfter({ api }: Reading, error: unknown, permission: string): ReturnType<typeof incomplete> {
  if (!(error instanceof HttpFailure)) throw error;
  if (!api.hostAnswered()) throw api.unreachable(error);
  if (error.status !== 403) return incomplete('request_failed', error.message);
  return incomplete(
    'request_failed',
    `${error.message}. The API key is right, but its user may not read this: in Komodor, give that user a role whose policy ` +
      `allows ${permission} for it, or take the kind out of the mapping`,
  );
}

/** Reads walks one after the other. Complete when all of them are; otherwise the first reason counts. */
export async function* readInTurn(walks: Iterable<Walk>): Walk {
  let objection: Completeness | undefined;
  let failures = 0;
  for (const walk of walks) {
    const completeness = yield* walk;
    if (completeness.complete) {
      failures = 0;
      continue;
    }
    objection ??= completeness;
    failures = completeness.reason === 'request_failed' ? failures + 1 : 0;
    if (failures >= MAX_FAILURES_IN_A_ROW) break;
  }
  return objection ?? COMPLETE;
}
