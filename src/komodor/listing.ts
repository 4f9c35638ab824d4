import type { Completeness } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PageSize, Weighed } from '../net/page-size.ts';
import type { KomodorApi } from './api.ts';
import { COMPLETE, incomplete } from './proof.ts';

/** What every listing of one read shares. */
export interface Reading {
  readonly api: KomodorApi;
  readonly size: PageSize;
  readonly maxPages: number;
  readonly signal: AbortSignal;
  /** The time, in milliseconds since 1970. */
  readonly now: () => number;
}

/** An answer with what it weighs. */
export function weighed<T extends { readonly rows: unknown }>(
  value: T,
  bytes: number,
): Weighed<T & { readonly bytes: number }> {
  return { value: { ...value, bytes }, rows: Array.isArray(value.rows) ? value.rows.length : 0, bytes };
}

/** After so many listings in a row that failed there is no point in asking for the rest. */
const HOPELESS = 2;

/**
 * What a request that failed for good means for the read. Throws what is no HttpFailure, and when the host never spoke.
 * @param permission what the user of the key needs for the request
 */
export function givenUp({ api }: Reading, error: unknown, permission: string): ReturnType<typeof incomplete> {
  if (!(error instanceof HttpFailure)) throw error;
  if (!api.hostAnswered()) throw api.unreachable(error);
  if (error.status !== 403) return incomplete('request_failed', error.message);
  return incomplete(
    'request_failed',
    `${error.message}. The API key is right, but its user may not read this: in Komodor, give that user a role whose policy ` +
      `allows ${permission} for it, or take the kind out of the mapping`,
  );
}

/** Reads one listing after the other. Complete when each of them is; otherwise the first reason counts. */
export async function* chain(walks: Iterable<Walk>): Walk {
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
    if (failures >= HOPELESS) break;
  }
  return objection ?? COMPLETE;
}
