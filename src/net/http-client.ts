import type { Readable } from 'node:stream';
import { parseExactly } from '../core/exact-json.ts';
import { redactor } from '../core/redact.ts';
import type { RequestLane } from './allowance.ts';
import type { TlsSettings } from './connections.ts';
import { connectionFailure, malformedFailure, statusFailure, streamFailure } from './describe.ts';
import type { AttemptOutcome, Governor } from './governor.ts';
import { HttpFailure, type Side } from './http-failure.ts';
import { workOf } from './latencies.ts';
import { type LineLimits, readLines, StreamBreak } from './lines.ts';
import { requestedWaitMs } from './rate-limit.ts';
import type { RequestInfo, RequestTiming } from './request-info.ts';
import { RequestSignals } from './request-signals.ts';
import { createRetrier, type Retrier } from './retrier.ts';
import { createSender, type Opened, type OutgoingRequest, type SendResult } from './send.ts';

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
  /** Of the last attempt. */
  readonly timing: RequestTiming;
  /** The parsed body; undefined for 204. Throws HttpFailure `malformed` when it is not JSON. */
  json(): unknown;
}

export interface HttpClient {
  /** Sends a request, with retries and within the host's limits. Throws HttpFailure, or the signal's reason when aborted. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /**
   * Sends a request whose answer has no end, and gives the JSON document of each line as it comes. Opening it is retried as
   * any request; it then holds none of the host's allowed requests, and its time is not limited, only how long nothing comes.
   * Throws HttpFailure, also for an end that is none, or the signal's reason when aborted.
   */
  lines(
    request: HttpRequest,
    limits: LineLimits,
  ): AsyncGenerator<{ readonly value: unknown; readonly bytes: number }, void>;
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
  /** Whose requests these are; see WaitingLine (default `resync`). */
  readonly lane?: RequestLane | undefined;
  /** See Sender. */
  readonly tls?: () => Promise<TlsSettings>;
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
  const sender = createSender({
    maxResponseBytes,
    env: options.env ?? {},
    tls: options.tls,
    onResend: governor.countResend,
  });
  const redactOwn = redactor(options.secrets);
  const signals = new RequestSignals();

  /** One attempt: the response, or the failure with what the retry policy needs. */
  async function attempt<Sent extends SendResult | Opened, T>(
    request: HttpRequest,
    { exchange, take }: Way<Sent, T>,
  ): Promise<T | HttpFailure> {
    const timeoutMs = request.timeoutMs ?? options.timeoutMs;
    // Before `acquire`: getting a token sends a request itself, which has to acquire too.
    const authorization = await request.authorize?.();
    const { method, path, bodyText = '' } = request;
    const work = workOf(method, path, bodyText.length);
    const place = await governor.acquire(request.signal, { lane: options.lane, work });
    let outcome: AttemptOutcome = { type: 'aborted' };
    try {
      const redact = (text: string): string =>
        redactor(authorization === undefined ? [] : secretsIn(authorization))(redactOwn(text));
      const sentAt = performance.now();
      const sent = await exchange(outgoing(options, request, authorization, timeoutMs), request.signal);
      outcome = sent.type === 'opened' ? { ...sent, type: 'answered' } : sent;
      const elapsedMs = performance.now() - sentAt;
      return take(request, { side, host, method, path, timeoutMs, elapsedMs, maxResponseBytes, redact }, sent);
    } finally {
      place.release(outcome);
    }
  }

  async function send<Sent extends SendResult | Opened, T>(
    request: HttpRequest,
    way: Way<Sent, T>,
  ): Promise<{ readonly value: T; readonly attempts: number }> {
    const retry = createRetrier(governor, request.signal, request.attempts ?? options.attempts);
    for (let attempts = 1; ; attempts += 1) {
      const result = await attempt(request, way);
      if (!(result instanceof HttpFailure)) return { value: result, attempts };
      if (result.status !== undefined && request.finalStatuses?.includes(result.status)) throw result;
      const { problem, status, retryAfterMs: askedMs } = result;
      const failed = { problem, status, askedMs, repeatable: request.repeatable };
      if (!(await retry(failed, (leftMs) => options.onNetworkWait?.(result.message, leftMs)))) throw result;
    }
  }

  const whole: Way<SendResult, HttpResponse> = { exchange: sender.send, take: toResponse };
  const stream: Way<SendResult | Opened, OpenStream> = { exchange: sender.open, take: toStream };

  async function* lines(request: HttpRequest, limits: LineLimits) {
    const { signal, end } = signals.begin(request.signal);
    try {
      const { value: opened } = await send({ ...request, signal }, stream);
      limits.onOpen?.();
      yield* documentsIn(opened, limits, signal);
    } finally {
      end();
    }
  }

  return {
    async request(request) {
      const { signal, end } = signals.begin(request.signal);
      try {
        const { value, attempts } = await send({ ...request, signal }, whole);
        return attempts === 1 ? value : { ...value, attempts: attempts + value.attempts - 1 };
      } finally {
        end();
      }
    },
    lines,
    retrier: (signal) => createRetrier(governor, signal, options.attempts),
    close() {
      signals.close();
      sender.close();
    },
  };
}

/** How a request is sent, and what is made of what comes. */
interface Way<Sent, T> {
  readonly exchange: (outgoing: OutgoingRequest, signal: AbortSignal) => Promise<Sent>;
  readonly take: (request: HttpRequest, requestInfo: RequestInfo, sent: Sent) => T | HttpFailure;
}

interface OpenStream {
  readonly body: Readable;
  readonly requestInfo: RequestInfo;
}

function toStream(request: HttpRequest, requestInfo: RequestInfo, sent: SendResult | Opened): OpenStream | HttpFailure {
  if (sent.type === 'opened') return { body: sent.body, requestInfo };
  const answer = toResponse(request, requestInfo, sent);
  return answer instanceof HttpFailure ? answer : malformedFailure(requestInfo, answer.text);
}

async function* documentsIn({ body, requestInfo }: OpenStream, limits: LineLimits, signal: AbortSignal) {
  try {
    for await (const line of readLines(body, limits, signal)) {
      yield { value: parseBody(requestInfo, 200, line.toString()), bytes: line.length };
    }
  } catch (error) {
    throw error instanceof StreamBreak ? streamFailure(requestInfo, error.problem, error.message) : error;
  }
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
  const { elapsedMs, timeoutMs } = requestInfo;
  return { status, headers, text, attempts: sent.attempts, timing: { elapsedMs, timeoutMs }, json };
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
