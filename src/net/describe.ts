import { STATUS_CODES } from 'node:http';
import { connectionMessage, NAMES, SETTINGS } from './describe-connection.ts';
import { HttpFailure, type Side } from './http-failure.ts';
import type { RequestInfo } from './request-info.ts';
import type { SendFailure } from './send.ts';

const BODY_LENGTH = 500;
/** A larger body of an error is no answer of an API. */
const LARGEST_ANSWER = 64 * 1024;

/** The failure for a complete response whose status is not 2xx. */
export function statusFailure(
  request: RequestInfo,
  answer: { readonly status: number; readonly text: string },
  retryAfterMs: number | undefined,
): HttpFailure {
  const said = errorFieldsOf(answer.text, request.redact);
  const what = `${NAMES[request.side]} answered ${answer.status}${inParentheses(STATUS_CODES[answer.status])}`;
  const tail = said.apiMessage === undefined ? '' : `: ${said.apiMessage}`;
  const redirect = answer.status >= 300 && answer.status < 400;
  const hint = redirect ? `; redirects are not followed, check ${SETTINGS[request.side]}` : '';
  return new HttpFailure(`${what} to ${methodAndPath(request)}${tail}${hint}`, {
    ...commonDetails(request),
    problem: 'status',
    status: answer.status,
    bodyText: shorten(request.redact(answer.text)),
    answer: answer.text.length > LARGEST_ANSWER ? undefined : parseJson(request.redact(answer.text)),
    retryAfterMs,
    ...said,
  });
}

/** The failure for a response that is not JSON although JSON was expected. */
export function malformedFailure(request: RequestInfo, text: string): HttpFailure {
  const message = `${NAMES[request.side]} answered ${methodAndPath(request)} with something that is no JSON`;
  return new HttpFailure(message, {
    ...commonDetails(request),
    problem: 'malformed',
    bodyText: shorten(request.redact(text)),
  });
}

/** The failure for an attempt that got no response. */
export function connectionFailure(request: RequestInfo, sent: SendFailure): HttpFailure {
  return new HttpFailure(connectionMessage(request, methodAndPath(request), sent), {
    ...commonDetails(request),
    problem: sent.problem,
  });
}

/** The failure for a stream that was opened, and did not come to its end. @param what what it was, after the request */
export function streamFailure(request: RequestInfo, problem: SendFailure['problem'], what: string): HttpFailure {
  const message = `${NAMES[request.side]}'s stream of ${methodAndPath(request)} ${what}`;
  return new HttpFailure(message, { ...commonDetails(request), problem });
}

function commonDetails(request: RequestInfo): { readonly side: Side; readonly method: string; readonly path: string } {
  return { side: request.side, method: request.method, path: request.redact(request.path) };
}

function methodAndPath(request: RequestInfo): string {
  return `${request.method} ${request.redact(request.path)}`;
}

function inParentheses(text: string | undefined): string {
  return text === undefined ? '' : ` (${text})`;
}

function shorten(text: string, length = BODY_LENGTH): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > length ? `${flat.slice(0, length)}…` : flat;
}

/** Port: `{ error, message }`. Komodor: `{ error: { code, message, fieldErrors } }`, `{ error: "…" }` or `{ Status }`. */
function errorFieldsOf(
  text: string,
  redact: (text: string) => string,
): { readonly errorCode?: string; readonly apiMessage?: string } {
  const body = asObject(parseJson(text));
  const inner = asObject(body.error);
  const code = scalar(body.error) ?? scalar(inner.code);
  const fields = Array.isArray(inner.fieldErrors) ? inner.fieldErrors.map(fieldError) : [];
  // Redact after parsing (JSON escapes could hide a secret) and before shortening (half a secret would not be found).
  const words = [scalar(body.message) ?? scalar(inner.message) ?? scalar(body.Status), ...fields];
  const message = words.filter((word) => word !== undefined).join('; ');
  return {
    ...(code === undefined ? {} : { errorCode: redact(code) }),
    ...(message === '' ? {} : { apiMessage: shorten(redact(message), 300) }),
  };
}

function fieldError(value: unknown): string | undefined {
  const { field, message } = asObject(value);
  return scalar(field) === undefined ? scalar(message) : `${scalar(field)}: ${scalar(message) ?? 'invalid'}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function scalar(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
