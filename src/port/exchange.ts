import type { Exchange } from '../core/journal.ts';
import type { HttpFailure } from '../net/http-failure.ts';
import type { PortCall } from './api.ts';

/** Query parameters of every entity write, as Port's own integrations send them. */
export type WriteQuery = { readonly [name: string]: string };

type Call = Pick<PortCall, 'method' | 'path'> & { readonly query: WriteQuery };

/**
 * What was sent about one entity, and what Port answered about it, for the record.
 * @param body the request's body as if the entity had been alone in it
 * @param said the part of the answer that is about the entity; undefined when there is none
 */
export function exchangeOf(call: Call, body: string, status: number, said: unknown): Exchange {
  return { request: requestOf(call, body), answer: { status, body: said === undefined ? '' : jsonText(said) } };
}

/** The same for a request that failed as a whole. */
export function failedExchange(call: Call, body: string, failure: HttpFailure): Exchange {
  const { status, answer, bodyText } = failure;
  return {
    request: requestOf(call, body),
    answer: { status: status ?? null, body: answer === undefined ? bodyText : jsonText(answer) },
  };
}

function requestOf({ method, path, query }: Call, body: string): Exchange['request'] {
  return { method, path: `${path}?${new URLSearchParams(query)}`, body };
}

/** A run does not fail because an answer is nested too deep to be written. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}

/** The member of a list in an answer, as it came. */
export function memberOf(json: unknown, list: string, at: number): unknown {
  const members: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, list) : undefined;
  return Array.isArray(members) ? members[at] : undefined;
}
