import type { Kind } from '../core/model.ts';
import { HttpFailure } from '../net/http-failure.ts';
import { type Status, statusOf } from './status.ts';

/** What a watch has come to, and what to do next. */
export type End =
  | { readonly type: 'again' }
  | { readonly type: 'failed'; readonly why: string; readonly waitMs?: number; readonly isRefusal?: boolean }
  /** The server does not know the version any more, or the stream cannot be continued there. */
  | { readonly type: 'lost'; readonly why: string }
  /** Only a person can mend it, or it comes later. */
  | { readonly type: 'refused'; readonly why: string; readonly isLost: boolean };

/** What an error means for a watch. */
export function endOf(error: unknown, kind: Kind): End {
  const status = statusOf(error);
  if (status) return endOfStatus(status, kind, false);
  if (!(error instanceof HttpFailure)) return { type: 'failed', why: String(error) };
  const { message, problem, retryAfterMs } = error;
  if (error.status === 410) return { type: 'lost', why: message };
  if (error.status === 404) return { type: 'refused', why: message, isLost: true };
  // The next attempt would come to the same line again.
  if (problem === 'too_large') return { type: 'lost', why: message };
  const isRefusal = error.status === 400 || error.status === 422;
  return { type: 'failed', why: message, isRefusal, ...(retryAfterMs === undefined ? {} : { waitMs: retryAfterMs }) };
}

/** @param isEvent whether it came in the stream: then the server took the version, and cannot go on from there */
export function endOfStatus(
  { code, reason, message, retryAfterSeconds, causes }: Status,
  kind: Kind,
  isEvent: boolean,
): End {
  const why = `${kind}: ${message === '' ? reason || `status ${code}` : message}`;
  // The server has gone back in time: it was set up anew, or restored from a backup.
  const isAhead = causes.some((cause) => cause.reason === 'ResourceVersionTooLarge');
  if (code === 410 || reason === 'Expired' || reason === 'Gone' || isAhead) return { type: 'lost', why };
  if (code === 404) return { type: 'refused', why, isLost: true };
  const isRefusal = code === 400 || code === 422 || isEvent;
  return { type: 'failed', why, isRefusal, ...(retryAfterSeconds ? { waitMs: retryAfterSeconds * 1000 } : {}) };
}
