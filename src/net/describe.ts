import { STATUS_CODES } from 'node:http';
import { connectionMessage, NAMES, SETTINGS } from './describe-connection.ts';
import { HttpFailure, type Side } from './http-failure.ts';
import type { Failed } from './send.ts';

/** What a failure is about, for its message. */
export interface Subject {
  readonly side: Side;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  /** Takes every secret out of a text. */
  readonly redact: (text: string) => string;
}

const BODY_LENGTH = 500;

/** The failure for a full answer that is not 2xx. */
export function statusFailure(
  subject: Subject,
  answer: { readonly status: number; readonly text: string },
  retryAfterMs: number | undefined,
): HttpFailure {
  const said = whatItSaid(answer.text, subject.redact);
  const what = `${NAMES[subject.side]} answered ${answer.status}${named(STATUS_CODES[answer.status])}`;
  const tail = said.apiMessage === undefined ? '' : `: ${said.apiMessage}`;
  const redirect = answer.status >= 300 && answer.status < 400;
  const hint = redirect ? `; redirects are not followed, check ${SETTINGS[subject.side]}` : '';
  return new HttpFailure(`${what} to ${place(subject)}${tail}${hint}`, {
    ...base(subject),
    problem: 'status',
    status: answer.status,
    bodyText: shorten(subject.redact(answer.text)),
    retryAfterMs,
    ...said,
  });
}

/** The failure for an answer that is no JSON where JSON was agreed. */
export function malformedFailure(subject: Subject, text: string): HttpFailure {
  const message = `${NAMES[subject.side]} answered ${place(subject)} with something that is no JSON`;
  return new HttpFailure(message, { ...base(subject), problem: 'malformed', bodyText: shorten(subject.redact(text)) });
}

/** The failure for an attempt without an answer. */
export function connectionFailure(subject: Subject, sent: Failed): HttpFailure {
  return new HttpFailure(connectionMessage(subject, place(subject), sent), { ...base(subject), problem: sent.problem });
}

function base(subject: Subject): { readonly side: Side; readonly method: string; readonly path: string } {
  return { side: subject.side, method: subject.method, path: subject.redact(subject.path) };
}

function place(subject: Subject): string {
  return `${subject.method} ${subject.redact(subject.path)}`;
}

function named(text: string | undefined): string {
  return text === undefined ? '' : ` (${text})`;
}

function shorten(text: string, length = BODY_LENGTH): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > length ? `${flat.slice(0, length)}…` : flat;
}

/** Port: `{ error, message }`. Komodor: `{ error: { code, message, fieldErrors } }`, `{ error: "…" }` or `{ Status }`. */
function whatItSaid(
  text: string,
  redact: (text: string) => string,
): { readonly errorCode?: string; readonly apiMessage?: string } {
  const body = asObject(parsed(text));
  const inner = asObject(body.error);
  const code = scalar(body.error) ?? scalar(inner.code);
  const fields = Array.isArray(inner.fieldErrors) ? inner.fieldErrors.map(fieldError) : [];
  // Redacted after parsing, which undoes every way of escaping, and before anything is cut.
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

function parsed(text: string): unknown {
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
