import type { Readable } from 'node:stream';
import { Axios, type AxiosRequestConfig } from 'axios';
import { HttpConnections, isTunnelled, type TlsSettings } from './connections.ts';
import { TOO_LARGE } from './decompress.ts';
import { codeOf } from './error-code.ts';
import type { HttpFailureReason } from './http-failure.ts';
import { NoAnswer, nodeAdapter, Received } from './node-adapter.ts';
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
  // Not `axios.create`, whose defaults are merged into each request.
  const client = new Axios({
    adapter: nodeAdapter,
    maxContentLength: options.maxResponseBytes,
    transformRequest: [],
    transformResponse: [],
  });

  async function receive(config: AxiosRequestConfig): Promise<Received> {
    const { data }: { data: unknown } = await client.request(config);
    if (data instanceof Received) return data;
    throw new Error('axios gave on something else than our adapter gave it');
  }

  /** Sends a request once. If its kept-alive connection turns out to be dead, sends it again over a new one. */
  async function exchange<T>(
    { method, url, headers, bodyText, timeoutMs, repeatable }: OutgoingRequest,
    proxy: ProxyServer | undefined,
    { responseType, take }: Way<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const request = { method, url, headers, data: bodyText, responseType, signal };
    const begunAt = performance.now();
    try {
      const config = { ...request, timeout: timeoutMs, ...connections.shared(url, proxy) };
      return take(await receive(config), 1);
    } catch (error) {
      if (signal.aborted || !repeatable || !(error instanceof NoAnswer && error.wasStale)) throw error;
      options.onResend();
      const timeout = Math.max(1, timeoutMs - (performance.now() - begunAt));
      return take(await receive({ ...request, timeout, ...connections.fresh(url, proxy) }), 2);
    }
  }

  async function sendAs<T extends { readonly status: number }>(
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
    try {
      const sent = await exchange(outgoing, proxy, way, signal);
      // Only a proxy answers 407: it is about the credentials for the proxy, not about those for the host.
      return proxy && sent.status === 407 ? refusedByProxy(proxy, 407) : sent;
    } catch (error) {
      signal.throwIfAborted();
      return failureOf(error, outgoing.url, proxy);
    }
  }

  return {
    send: (outgoing, signal) => sendAs(WHOLE, outgoing, signal),
    open: (outgoing, signal) => sendAs(HEAD_ONLY, outgoing, signal),
    close: () => connections.close(),
  };
}

/** How an answer is read, and what is made of it. */
interface Way<T> {
  readonly responseType: 'text' | 'stream';
  readonly take: (answer: Received, attempts: 1 | 2) => T;
}

type Answered = Extract<SendResult, { type: 'answered' }>;

const WHOLE: Way<Answered> = { responseType: 'text', take: answered };

const HEAD_ONLY: Way<Answered | Opened> = {
  responseType: 'stream',
  take(answer, attempts) {
    const { status, headers, body } = answer;
    return typeof body === 'string' ? answered(answer, attempts) : { type: 'opened', status, headers, body };
  },
};

function answered({ status, headers, body }: Received, attempts: 1 | 2): Answered {
  return { type: 'answered', status, headers, text: typeof body === 'string' ? body : '', attempts };
}

const NO_CONNECTION =
  /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/;
const REFUSED_TLS =
  /^(CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|EPROTO$|HOSTNAME_MISMATCH$|INVALID_CA$)/;

function failureOf(error: unknown, url: string, proxy: ProxyServer | undefined): SendFailure {
  const code = codeOf(error);
  const problem = problemOf(code);
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

function problemOf(code: string): Exclude<HttpFailureReason, 'status'> {
  if (NO_CONNECTION.test(code)) return 'unreachable';
  if (REFUSED_TLS.test(code)) return 'tls';
  if (code === 'ETIMEDOUT' || code === 'ECONNABORTED') return 'timeout';
  if (code === TOO_LARGE) return 'too_large';
  // The response is not HTTP, or not compressed as it says.
  if (/^(HPE_|Z_|ERR__ERROR_|ERR_BROTLI_)/.test(code)) return 'malformed';
  return 'reset';
}
