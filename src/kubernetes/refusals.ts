import { AppError, isAbort } from '../core/errors.ts';
import type { Completeness, IncompleteReason } from '../core/model.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { ListQuestion } from './object-record.ts';
import { forbiddenAdvice } from './resource-kind.ts';
import { statusOf } from './status.ts';

/** Whether the server has forgotten the version that was asked for. @param error a failure, or an event of a watch */
export function isExpired(error: unknown): boolean {
  if (error instanceof HttpFailure && error.status === 410) return true;
  const status = statusOf(error);
  return status?.code === 410 || status?.reason === 'Expired';
}

/** Why a list is not complete after an error. Throws what is no failure of a request, and on abort. */
export function incompleteAfter(error: unknown, question: ListQuestion | undefined, signal: AbortSignal): Completeness {
  if (isAbort(error, signal)) throw error;
  // The token file may be gone: the other sources can still be read.
  if (error instanceof AppError) return incomplete('request_failed', error.message);
  if (!(error instanceof HttpFailure)) throw error;
  const words = statusOf(error)?.message || error.message;
  if (question === undefined) return incomplete('request_failed', error.message);
  const { resource, namespace, what } = question;
  switch (error.status) {
    case 403:
      return incomplete('forbidden', `${words}. ${forbiddenAdvice('list', resource, namespace)}`);
    case 404:
      return incomplete('kind_unknown', `the cluster has no ${what} any more: ${words}`);
    case 400:
    case 422:
      return incomplete('request_failed', refusedSelector(question, words) ?? error.message);
    default:
      return incomplete('request_failed', error.message);
  }
}

function refusedSelector({ labelSelector, fieldSelector }: ListQuestion, words: string): string | undefined {
  const given = Object.entries({ labelSelector, fieldSelector }).flatMap(([key, text]) =>
    text === null ? [] : [`selector.${key} ${JSON.stringify(text)}`],
  );
  return given.length === 0 ? undefined : `the API server refuses ${given.join(' with ')}: ${words}`;
}

export function incomplete(reason: IncompleteReason, detail: string): Completeness {
  return { complete: false, reason, detail };
}
