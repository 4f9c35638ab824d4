import type { UpsertOutcome } from '../core/ports.ts';
import type { HttpFailure } from '../net/http-failure.ts';
import type { Retrier } from '../net/retrier.ts';
import { isThrottled, isTransient } from '../net/retry.ts';

/** How an item inside an answer failed, in the words in which a request fails. */
export type ItemFailure = Parameters<Retrier>[0];

/** Port answered the request and not for this item: like a request whose answer is not what was agreed. */
export const UNANSWERED: ItemFailure = { problem: 'malformed', repeatable: true };

export const NO_ANSWER: UpsertOutcome = {
  type: 'refused',
  code: 'no_answer',
  message: 'Port said nothing about this entity',
};

/** The failure of an item that may be done when it is sent again; undefined for one that Port refuses. */
export function passingFailure(status: number | undefined): ItemFailure | undefined {
  return status !== undefined && isTransient(status) ? { problem: 'status', status, repeatable: true } : undefined;
}

/** Of the failures in one answer the one that decides how to wait: a limit is only waited for when nothing else failed. */
export function worstOf(failures: readonly ItemFailure[]): ItemFailure {
  return failures.find((failure) => !isThrottled({ ...failure, hostAnswered: true })) ?? failures[0] ?? UNANSWERED;
}

/** Port's own code for a failure, or ours. */
export function codeOf(error: HttpFailure): string {
  return error.errorCode ?? (error.status === undefined ? error.problem : `http_${error.status}`);
}
