import { parseExactly } from '../core/exact-json.ts';
import { redactor } from '../core/redact.ts';
import { connectionFailure, malformedFailure, type Subject, statusFailure } from './describe.ts';
import type { Answer, Governor } from './governor.ts';
import { HttpFailure, type Side } from './http-failure.ts';
import { createPatience, type Patience } from './patience.ts';
import { askedWaitMs } from './rate-limit.ts';
import { createSender, type Outgoing, type Sent } from './send.ts';

type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with `/`; appended to the base URL. Its parts are already percent-encoded. */
  readonly path: string;
  /** Arrays become repeated keys, `undefined` is left out. */
  readonly query?: { readonly [name: string]: QueryValue };
  /** Sent as JSON. */
  readonly body?: unknown;
  /** JSON that is already serialized; wins over `body`. */
  readonly bodyText?: string;
  readonly headers?: { readonly [name: string]: string };
  /** For the whole attempt, from connecting to the last byte; the client's own when absent. */
  readonly timeoutMs?: number;
  /** Whether doing it twice does no harm. If not, it is only tried again when nothing can have been done. */
  readonly repeatable: boolean;
  /** How often it is tried at most (default 5). Waiting out a rate limit is counted apart and does not use these up. */
  readonly attempts?: number;
  /** Statuses that are not tried again although others of their sort are. */
  readonly finalStatuses?: readonly number[];
  /** Gives the `Authorization` header, asked anew before each attempt; its value never appears in a failure. */
  readonly authorize?: () => Promise<string>;
  /** `json`: an answer whose body is no JSON counts as failed and is tried again like a 502. */
  readonly expect?: 'json';
  readonly signal: AbortSignal;
}

/** A 2xx answer. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  readonly text: string;
  /** How often the request was sent; more than once, and an earlier attempt may have been carried out without our knowing. */
  readonly attempts: number;
  /** The parsed body; undefined for 204. Throws HttpFailure `malformed` when it is no JSON. */
  json(): unknown;
}

export interface HttpClient {
  /** Sends a request, with retries and the host's politeness. Throws HttpFailure, or the signal's reason when aborted. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** For what is tried again by the caller: a part of an answer, a creation that has to be looked for first. */
  patience(signal: AbortSignal): Patience;
  /** Closes idle connections so that the process can end. */
  close(): void;
}

export interface HttpClientOptions {
  readonly side: Side;
  /** With or without trailing slash. */
  readonly baseUrl: string;
  /** Sent with every request. */
  readonly headers?: { readonly [name: string]: string };
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly governor: Governor;
  /** Values that must never appear in a message. */
  readonly secrets: readonly string[];
  /** Told why, and for how long at most, the network to a host is waited for that was never reached yet. */
  readonly onNetworkWait?: ((why: string, leftMs: number) => void) | undefined;
  /** The environment, for the proxies that it names (none when absent). */
  readonly env?: NodeJS.Dict<string>;
}

/** A client for one host. Everything that talks to the host in this process should share its governor. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const host = new URL(baseUrl).host;
  const { governor, maxResponseBytes, side } = options;
  const sender = createSender({ maxResponseBytes, env: options.env ?? {}, onResend: governor.resent });
  const hideOwn = redactor(options.secrets);

  /** One attempt: an answer, or the failure with what the retry policy has to know. */
  async function attempt(request: HttpRequest, timeoutMs: number): Promise<HttpResponse | HttpFailure> {
    // Before the place is taken: getting a token may need a place itself.
    const authorization = await request.authorize?.();
    await governor.enter(request.signal);
    let answer: Answer = { type: 'aborted' };
    try {
      const { method, path } = request;
      const redact = (text: string): string =>
        redactor(authorization === undefined ? [] : secretsIn(authorization))(hideOwn(text));
      const subject: Subject = { side, host, method, path, timeoutMs, maxResponseBytes, redact };
      const sent = await sender.send(outgoing(request, authorization, timeoutMs), request.signal);
      answer = sent;
      return settle(request, subject, sent);
    } finally {
      governor.leave(answer);
    }
  }

  function outgoing(request: HttpRequest, authorization: string | undefined, timeoutMs: number): Outgoing {
    const bodyText = request.bodyText ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
    return {
      method: request.method,
      url: baseUrl + request.path + queryText(request.query),
      headers: {
        accept: 'application/json',
        ...(bodyText === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
        ...request.headers,
        ...(authorization === undefined ? {} : { authorization }),
      },
      bodyText,
      timeoutMs,
      repeatable: request.repeatable,
    };
  }

  async function request(request: HttpRequest): Promise<HttpResponse> {
    const timeoutMs = request.timeoutMs ?? options.timeoutMs;
    const again = createPatience(governor, request.signal, request.attempts);
    for (let attempts = 1; ; attempts += 1) {
      const result = await attempt(request, timeoutMs);
      if (!(result instanceof HttpFailure)) return { ...result, attempts: attempts + result.attempts - 1 };
      if (result.status !== undefined && request.finalStatuses?.includes(result.status)) throw result;
      const { problem, status, retryAfterMs: askedMs } = result;
      const failed = { problem, status, askedMs, repeatable: request.repeatable };
      if (!(await again(failed, (leftMs) => options.onNetworkWait?.(result.message, leftMs)))) throw result;
    }
  }

  return { request, patience: (signal) => createPatience(governor, signal), close: sender.close };
}

function settle(request: HttpRequest, subject: Subject, sent: Sent): HttpResponse | HttpFailure {
  if (sent.type === 'failed') return connectionFailure(subject, sent);
  const { status, headers, text } = sent;
  if (status < 200 || status > 299) return statusFailure(subject, sent, askedWaitMs(status, headers, Date.now()));
  let body: { readonly value: unknown } | undefined;
  function json(): unknown {
    body ??= { value: parseBody(subject, status, text) };
    return body.value;
  }
  if (request.expect === 'json') {
    try {
      json();
    } catch (error) {
      if (error instanceof HttpFailure) return error;
      throw error;
    }
  }
  return { status, headers, text, attempts: sent.attempts, json };
}

function parseBody(subject: Subject, status: number, text: string): unknown {
  if (status === 204) return undefined;
  try {
    return parseExactly(text);
  } catch {
    throw malformedFailure(subject, text);
  }
}

/** `Bearer abc` is secret as a whole and in its second half. */
function secretsIn(authorization: string): readonly string[] {
  return [authorization, ...authorization.split(' ').slice(1)];
}

function queryText(query: HttpRequest['query']): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    if (typeof value === 'object') for (const one of value) params.append(name, one);
    else params.append(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
