import type { UpsertOutcome } from '../core/ports.ts';
import type { HttpFailure } from '../net/http-failure.ts';
import type { Retrier } from '../net/retrier.ts';
import { isThrottled, isTransient } from '../net/retry.ts';

/** The failure of one item of a response, in the same form as the failure of a request. */
export type ItemFailure = Parameters<Retrier>[0];

/** Port's response does not mention this item. Treated like a malformed response. */
export const UNANSWERED_ITEM: ItemFailure = { problem: 'malformed', repeatable: true };

export const NO_ANSWER: Extract<UpsertOutcome, { type: 'refused' }> = {
  type: 'refused',
  code: 'no_answer',
  message: 'Port said nothing about this entity',
};

/** The failure of an item, if it is transient; undefined if Port refuses the item for good. */
export function transientFailure(status: number | undefined): ItemFailure | undefined {
  return status !== undefined && isTransient(status) ? { problem: 'status', status, repeatable: true } : undefined;
}

/** The failure that decides how long to wait: a rate limit only when no item failed in another way. */
export function worstOf(failures: readonly ItemFailure[]): ItemFailure {
  return failures.find((failure) => !isThrottled({ ...failure, hostAnswered: true })) ?? failures[0] ?? UNANSWERED_ITEM;
}

/** Port's code of a failure, else ours. */
export function codeOf(error: HttpFailure): string {
  return error.errorCode ?? (error.status === undefined ? error.problem : `http_${error.status}`);
}
