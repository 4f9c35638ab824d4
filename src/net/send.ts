import { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import axios, { AxiosError, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { withDeadline } from '../core/deadline.ts';
import { HttpConnections, isTunnelled, type TlsSettings } from './connections.ts';
import { codeOf } from './error-code.ts';
import type { HttpFailureReason } from './http-failure.ts';
import type { ProxyServer, Route } from './proxy.ts';
import { isTransient } from './retry.ts';
import { TunnelFailure } from './tunnel.ts';

export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly bodyText: string | undefined;
  readonly timeoutMs: number;
  /** Whether sending it twice does no harm. */
  readonly repeatable: boolean;
}

/** The result of one attempt: a response of any status, or why there is none. */
export type SendResult =
  | {
      readonly type: 'answered';
      readonly status: number;
      readonly headers: { readonly [name: string]: string };
      readonly text: string;
      readonly attempts: 1 | 2;
    }
  | SendFailure;

/** An answer of which only the head has come. */
export interface Opened {
  readonly type: 'opened';
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  /** Whoever takes it reads it to its end or destroys it. */
  readonly body: Readable;
}

export interface SendFailure {
  readonly type: 'failed';
  readonly problem: Exclude<HttpFailureReason, 'status'>;
  /** The operating system's error code, or one of ours. */
  readonly code: string;
  /** The proxy that the request had to go through, or the environment variable that names no usable one. */
  readonly proxy?: ProxyServer | Extract<Route, { type: 'unusable' }>;
  /** Where a proxy is used: whether the proxy failed or the host behind it. */
  readonly at?: 'host' | 'proxy';
  /** The status that the proxy answered, if it did. */
  readonly status?: number | undefined;
}

export interface Sender {
  /** Throws only the signal's reason when aborted. axios' errors contain headers with secrets and do not leave this file. */
  send(outgoing: OutgoingRequest, signal: AbortSignal): Promise<SendResult>;
  /** The same for an answer without an end: its time and its size are limited up to the body of a 2xx answer, which is not read. */
  open(outgoing: OutgoingRequest, signal: AbortSignal): Promise<SendResult | Opened>;
  close(): void;
}

/** How much of an answer with an error is read where only the head was wanted. */
const LARGEST_ERROR = 1024 * 1024;

/** Sends single requests over kept-alive connections. Follows no redirects. Takes proxies from the environment. */
export function createSender(options: {
  readonly maxResponseBytes: number;
  readonly env: NodeJS.Dict<string>;
  /** Asked before each attempt. The same object means: the same connections (default: what the machine trusts). */
  readonly tls?: (() => Promise<TlsSettings>) | undefined;
  /** Called when a request is sent again over a new connection. */
  readonly onResend: () => void;
}): Sender {
  const connections = new HttpConnections(options.env);
  const instance = axios.create({
    adapter: 'http',
    maxRedirects: 0,
    maxBodyLength: Number.POSITIVE_INFINITY,
    maxContentLength: options.maxResponseBytes,
    responseType: 'text',
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
    validateStatus: () => true,
  });

  /** Sends a request once. If its kept-alive connection turns out to be dead, sends it again over a new one. */
  async function exchange<T>(
    { method, url, headers, bodyText, repeatable }: OutgoingRequest,
    proxy: ProxyServer | undefined,
    { config, take }: Way<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const request = { method, url, headers: { ...headers }, data: bodyText, signal, ...config };
    try {
      return await take(await instance.request({ ...request, ...connections.shared(url, proxy) }), 1);
    } catch (error) {
      if (signal.aborted || !repeatable || !wasStaleConnection(error)) throw error;
      options.onResend();
      return take(await instance.request({ ...request, ...connections.fresh(url, proxy) }), 2);
    }
  }

  async function sendAs<T extends { readonly type: string; readonly status: number }>(
    way: Way<T>,
    outgoing: OutgoingRequest,
    signal: AbortSignal,
  ): Promise<T | SendFailure> {
    connections.useTls(await options.tls?.());
    signal.throwIfAborted();
    const route = connections.routeTo(outgoing.url);
    if (route.type === 'unusable')
      return { type: 'failed', problem: 'proxy', code: 'EPROXY', proxy: route, at: 'proxy' };
    const proxy = route.type === 'proxy' ? route.proxy : undefined;
    // From connecting to the last byte, because axios' own timeout restarts with every byte that arrives.
    return withDeadline(outgoing.timeoutMs, signal, async (limited) => {
      try {
        const sent = await exchange(outgoing, proxy, way, limited);
        // Only a proxy answers 407: it is about the credentials for the proxy, not about those for the host.
        return proxy && sent.status === 407 ? refusedByProxy(proxy, 407) : sent;
      } catch (error) {
        signal.throwIfAborted();
        if (!limited.aborted) return failureOf(error, outgoing.url, proxy);
        return { type: 'failed', problem: 'timeout', code: 'ETIMEDOUT', ...(proxy ? { proxy, at: 'host' } : {}) };
      }
    });
  }

  return {
    send: (outgoing, signal) => sendAs(WHOLE, outgoing, signal),
    open: (outgoing, signal) => sendAs(HEAD_ONLY, outgoing, signal),
    close: () => connections.close(),
  };
}

/** How an answer is taken: what axios needs to know, and what is made of what it gives. */
interface Way<T> {
  readonly config: AxiosRequestConfig;
  readonly take: (response: AxiosResponse<unknown>, attempts: 1 | 2) => T | Promise<T>;
}

const WHOLE: Way<Extract<SendResult, { type: 'answered' }>> = { config: {}, take: answered };

const HEAD_ONLY: Way<Extract<SendResult, { type: 'answered' }> | Opened> = {
  // What is not compressed comes at once. With a limit, axios gives a stream that cannot be destroyed while it waits.
  config: { responseType: 'stream', decompress: false, maxContentLength: -1 },
  async take(response, attempts) {
    const { status, data: body } = response;
    if (!(body instanceof Readable)) return answered(response, attempts);
    // What breaks before the reader has begun, the reader is told.
    body.on('error', () => undefined);
    if (status >= 200 && status < 300) return { type: 'opened', status, headers: plainHeaders(response), body };
    return { ...answered(response, attempts), text: await beginningOf(body) };
  },
};

/** A body's text; of a large one only the beginning. */
async function beginningOf(body: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    if (!Buffer.isBuffer(piece)) continue;
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > LARGEST_ERROR) break;
  }
  return Buffer.concat(pieces).toString();
}

/** Whether the error came from a reused connection that the host had closed, so that most likely nobody read the request. */
function wasStaleConnection(error: unknown): boolean {
  if (!(error instanceof AxiosError) || error.response !== undefined) return false;
  const request: unknown = error.request;
  return request instanceof ClientRequest && request.reusedSocket && /^(ECONNRESET|EPIPE)$/.test(codeOf(error));
}

function answered(response: AxiosResponse<unknown>, attempts: 1 | 2): Extract<SendResult, { type: 'answered' }> {
  const text = typeof response.data === 'string' ? response.data : '';
  return { type: 'answered', status: response.status, headers: plainHeaders(response), text, attempts };
}

function plainHeaders(response: AxiosResponse<unknown>): { readonly [name: string]: string } {
  const entries = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  return Object.fromEntries(entries);
}

const NO_CONNECTION =
  /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/;
const REFUSED_TLS =
  /^(CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|EPROTO$|HOSTNAME_MISMATCH$|INVALID_CA$)/;

function failureOf(error: unknown, url: string, proxy: ProxyServer | undefined): SendFailure {
  const code = codeOf(error);
  const problem = problemOf(code, error);
  const tunnel = tunnelFailureIn(error);
  if (tunnel && proxy) {
    const { status } = tunnel;
    if (status !== undefined && !isTransient(status)) return refusedByProxy(proxy, status);
    // Without a tunnel there was no connection to the host, so the problem is the proxy's.
    return { type: 'failed', problem: problem === 'tls' ? 'tls' : 'unreachable', code, proxy, at: 'proxy', status };
  }
  // For plain HTTP the proxy is the host that we connect to.
  const atProxy = proxy && !isTunnelled(url) && (problem === 'unreachable' || problem === 'tls');
  return { type: 'failed', problem, code, ...(proxy ? { proxy, at: atProxy ? 'proxy' : 'host' } : {}) };
}

function refusedByProxy(proxy: ProxyServer, status: number): SendFailure {
  return { type: 'failed', problem: 'proxy', code: 'ETUNNEL', proxy, at: 'proxy', status };
}

function tunnelFailureIn(error: unknown): TunnelFailure | undefined {
  if (error instanceof TunnelFailure) return error;
  return error instanceof Error && error.cause !== undefined ? tunnelFailureIn(error.cause) : undefined;
}

function problemOf(code: string, error: unknown): Exclude<HttpFailureReason, 'status'> {
  if (NO_CONNECTION.test(code)) return 'unreachable';
  if (REFUSED_TLS.test(code)) return 'tls';
  if (code === 'ETIMEDOUT' || code === 'ECONNABORTED') return 'timeout';
  // axios uses the same code for "too long" and "ended early".
  if (code === 'ERR_BAD_RESPONSE' && error instanceof Error && error.message.startsWith('maxContentLength')) {
    return 'too_large';
  }
  // The response is not HTTP, or not compressed as it says.
  if (code.startsWith('HPE_') || code === 'Z_DATA_ERROR') return 'malformed';
  return 'reset';
}
