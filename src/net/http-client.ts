import { setMaxListeners } from 'node:events';
import { parseExactly } from '../core/exact-json.ts';
import { redactor } from '../core/redact.ts';
import { withAnySignal } from '../core/signals.ts';
import { connectionFailure, malformedFailure, statusFailure } from './describe.ts';
import type { AttemptOutcome, Governor } from './governor.ts';
import { HttpFailure, type Side } from './http-failure.ts';
import { requestedWaitMs } from './rate-limit.ts';
import type { RequestInfo } from './request-info.ts';
import { createRetrier, type Retrier } from './retrier.ts';
import { createSender, type OutgoingRequest, type SendResult } from './send.ts';

type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with `/` and is appended to the base URL. Its segments are already percent-encoded. */
  readonly path: string;
  /** Arrays become repeated keys, `undefined` is left out. */
  readonly query?: { readonly [name: string]: QueryValue };
  /** Sent as JSON. */
  readonly body?: unknown;
  /** JSON that is already serialized. Sent instead of `body`. */
  readonly bodyText?: string;
  readonly headers?: { readonly [name: string]: string };
  /** For the whole attempt, from connecting to the last byte. Default: the client's `timeoutMs`. */
  readonly timeoutMs?: number;
  /** Whether sending it twice does no harm. If it does, it is only sent again when the host cannot have carried it out. */
  readonly repeatable: boolean;
  /** How often it is sent at most (default: as the client says). Attempts that met a rate limit are counted apart. */
  readonly attempts?: number;
  /** Statuses after which it is not sent again, although the retry policy would. */
  readonly finalStatuses?: readonly number[];
  /** Returns the `Authorization` header; called before each attempt. Its value never appears in a failure. */
  readonly authorize?: () => Promise<string>;
  /** `json`: a response whose body is not JSON counts as failed and is retried like a 502. */
  readonly expect?: 'json';
  readonly signal: AbortSignal;
}

/** A 2xx answer. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  readonly text: string;
  /** How often the request was sent. If more than once, the host may have carried out an attempt that we took for failed. */
  readonly attempts: number;
  /** The parsed body; undefined for 204. Throws HttpFailure `malformed` when it is not JSON. */
  json(): unknown;
}

export interface HttpClient {
  /** Sends a request, with retries and within the host's limits. Throws HttpFailure, or the signal's reason when aborted. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** For callers that repeat something themselves: an item of a bulk response, or a creation that has to be looked up first. */
  retrier(signal: AbortSignal): Retrier;
  /** Ends all requests and closes all connections, so that the process can end. */
  close(): void;
}

export interface HttpClientOptions {
  readonly side: Side;
  /** With or without trailing slash. */
  readonly baseUrl: string;
  /** Sent with every request. */
  readonly headers?: { readonly [name: string]: string };
  readonly timeoutMs: number;
  /** How often a request is sent at most, unless it says so itself (default 5). */
  readonly attempts?: number | undefined;
  readonly maxResponseBytes: number;
  readonly governor: Governor;
  /** Values that must never appear in a message. */
  readonly secrets: readonly string[];
  /** Called while the host was never reached and we wait for the network: why, and how long at most. */
  readonly onNetworkWait?: ((why: string, leftMs: number) => void) | undefined;
  /** The environment, for the proxies that it names (none when absent). */
  readonly env?: NodeJS.Dict<string>;
}

/** A client for one host. All clients of one host in this process share one governor. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { host } = new URL(options.baseUrl);
  const { governor, maxResponseBytes, side } = options;
  const sender = createSender({ maxResponseBytes, env: options.env ?? {}, onResend: governor.countResend });
  const redactOwn = redactor(options.secrets);
  const closing = new AbortController();
  // All requests listen to it, and Node would warn of a leak.
  setMaxListeners(0, closing.signal);

  /** One attempt: the response, or the failure with what the retry policy needs. */
  async function attempt(request: HttpRequest, timeoutMs: number): Promise<HttpResponse | HttpFailure> {
    // Before `acquire`: getting a token sends a request itself, which has to acquire too.
    const authorization = await request.authorize?.();
    await governor.acquire(request.signal);
    let outcome: AttemptOutcome = { type: 'aborted' };
    try {
      const { method, path } = request;
      const redact = (text: string): string =>
        redactor(authorization === undefined ? [] : secretsIn(authorization))(redactOwn(text));
      const requestInfo: RequestInfo = { side, host, method, path, timeoutMs, maxResponseBytes, redact };
      const sent = await sender.send(outgoing(options, request, authorization, timeoutMs), request.signal);
      outcome = sent;
      return toResponse(request, requestInfo, sent);
    } finally {
      governor.release(outcome);
    }
  }

  async function send(request: HttpRequest): Promise<HttpResponse> {
    const timeoutMs = request.timeoutMs ?? options.timeoutMs;
    const retry = createRetrier(governor, request.signal, request.attempts ?? options.attempts);
    for (let attempts = 1; ; attempts += 1) {
      const result = await attempt(request, timeoutMs);
      if (!(result instanceof HttpFailure)) return { ...result, attempts: attempts + result.attempts - 1 };
      if (result.status !== undefined && request.finalStatuses?.includes(result.status)) throw result;
      const { problem, status, retryAfterMs: askedMs } = result;
      const failed = { problem, status, askedMs, repeatable: request.repeatable };
      if (!(await retry(failed, (leftMs) => options.onNetworkWait?.(result.message, leftMs)))) throw result;
    }
  }

  return {
    request: (request) => withAnySignal([request.signal, closing.signal], (signal) => send({ ...request, signal })),
    retrier: (signal) => createRetrier(governor, signal, options.attempts),
    close() {
      closing.abort(new DOMException('The connections were closed', 'AbortError'));
      sender.close();
    },
  };
}

/** A request as it is sent. */
function outgoing(
  { baseUrl, headers }: HttpClientOptions,
  request: HttpRequest,
  authorization: string | undefined,
  timeoutMs: number,
): OutgoingRequest {
  const bodyText = request.bodyText ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
  return {
    method: request.method,
    url: baseUrl.replace(/\/+$/, '') + request.path + queryText(request.query),
    headers: {
      accept: 'application/json',
      ...(bodyText === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
      ...request.headers,
      ...(authorization === undefined ? {} : { authorization }),
    },
    bodyText,
    timeoutMs,
    repeatable: request.repeatable,
  };
}

function toResponse(request: HttpRequest, requestInfo: RequestInfo, sent: SendResult): HttpResponse | HttpFailure {
  if (sent.type === 'failed') return connectionFailure(requestInfo, sent);
  const { status, headers, text } = sent;
  if (status < 200 || status > 299)
    return statusFailure(requestInfo, sent, requestedWaitMs(status, headers, Date.now()));
  let body: { readonly value: unknown } | undefined;
  function json(): unknown {
    body ??= { value: parseBody(requestInfo, status, text) };
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

function parseBody(requestInfo: RequestInfo, status: number, text: string): unknown {
  if (status === 204) return undefined;
  try {
    return parseExactly(text);
  } catch {
    throw malformedFailure(requestInfo, text);
  }
}

/** Of `Bearer abc` both the whole value and the token alone are secret. */
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
