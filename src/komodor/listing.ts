import { HttpFailure } from '../net/http-failure.ts';
import type { PageSize, SizedAnswer } from '../net/page-size.ts';
import type { KomodorApi } from './api.ts';
import { incomplete } from './proof.ts';

/** The context that all questions of one read share. */
export interface Reading {
  readonly api: KomodorApi;
  readonly size: PageSize;
  readonly maxPages: number;
  readonly signal: AbortSignal;
  /** The time, in milliseconds since 1970. */
  readonly now: () => number;
}

/** An answer with its number of rows, its size and its time. */
export function sized<T extends { readonly rows: unknown }>(
  value: T,
  { bytes, timing }: Pick<SizedAnswer<T>, 'bytes' | 'timing'>,
): SizedAnswer<T & { readonly bytes: number }> {
  return { value: { ...value, bytes }, rows: Array.isArray(value.rows) ? value.rows.length : 0, bytes, timing };
}

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
