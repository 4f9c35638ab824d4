import { ClientRequest } from 'node:http';
import axios, { AxiosError, type AxiosResponse } from 'axios';
import { Connections, isTunnelled } from './connections.ts';
import { codeOf } from './error-code.ts';
import type { HttpProblem } from './http-failure.ts';
import type { ProxyServer, Route } from './proxy.ts';
import { isTransient } from './retry.ts';
import { TunnelFailure } from './tunnel.ts';

export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly bodyText: string | undefined;
  readonly timeoutMs: number;
  /** Whether doing it twice does no harm. */
  readonly repeatable: boolean;
}

/** What became of one attempt: an answer of any status, or why there is none (with the system's error code). */
export type Sent =
  | {
      readonly type: 'answered';
      readonly status: number;
      readonly headers: { readonly [name: string]: string };
      readonly text: string;
      readonly attempts: 1 | 2;
    }
  | Failed;

export interface Failed {
  readonly type: 'failed';
  readonly problem: Exclude<HttpProblem, 'status'>;
  /** The system's, or one of ours. */
  readonly code: string;
  /** The proxy that the request had to go through; a variable of the environment that names none that can be used. */
  readonly proxy?: ProxyServer | Extract<Route, { type: 'unusable' }>;
  /** Whose fault it is where there is a proxy. */
  readonly at?: 'host' | 'proxy';
  /** What the proxy answered, where it did. */
  readonly status?: number | undefined;
}

export interface Sender {
  /** Throws the signal's reason when aborted, and nothing else: axios' errors hold headers and stay in here. */
  send(outgoing: Outgoing, signal: AbortSignal): Promise<Sent>;
  close(): void;
}

/** Sends single requests over kept-alive connections. Follows no redirects; proxies come from the environment. */
export function createSender(options: {
  readonly maxResponseBytes: number;
  readonly env: NodeJS.Dict<string>;
  /** Told when a request is sent once more over a fresh connection. */
  readonly onResend: () => void;
}): Sender {
  const connections = new Connections(options.env);
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

  /** One exchange; a kept-alive connection that turns out to be dead is replaced by a fresh one. */
  async function exchange(outgoing: Outgoing, proxy: ProxyServer | undefined, signal: AbortSignal): Promise<Sent> {
    const { method, url, bodyText, repeatable } = outgoing;
    const request = { method, url, headers: { ...outgoing.headers }, data: bodyText, signal };
    try {
      return answered(await instance.request({ ...request, ...connections.shared(url, proxy) }), 1);
    } catch (error) {
      if (signal.aborted || !repeatable || !wasDeadAlready(error)) throw error;
      options.onResend();
      return answered(await instance.request({ ...request, ...connections.fresh(url, proxy) }), 2);
    }
  }

  async function send(outgoing: Outgoing, signal: AbortSignal): Promise<Sent> {
    signal.throwIfAborted();
    const route = connections.routeTo(outgoing.url);
    if (route.type === 'unusable')
      return { type: 'failed', problem: 'proxy', code: 'EPROXY', proxy: route, at: 'proxy' };
    const proxy = route.type === 'proxy' ? route.proxy : undefined;
    // One deadline from connecting to the last byte: axios' own timeout restarts with every byte that trickles in.
    const attempt = new AbortController();
    let late = false;
    const deadline = setTimeout(() => {
      late = true;
      attempt.abort();
    }, outgoing.timeoutMs);
    function abort(): void {
      attempt.abort();
    }
    signal.addEventListener('abort', abort, { once: true });
    try {
      const sent = await exchange(outgoing, proxy, attempt.signal);
      // Only a proxy answers so; what it says is not about our credentials for the host.
      return proxy && sent.type === 'answered' && sent.status === 407 ? refusedByProxy(proxy, 407) : sent;
    } catch (error) {
      signal.throwIfAborted();
      if (!late) return failureOf(error, outgoing.url, proxy);
      return { type: 'failed', problem: 'timeout', code: 'ETIMEDOUT', ...(proxy ? { proxy, at: 'host' } : {}) };
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', abort);
    }
  }

  return {
    send,
    close: () => connections.close(),
  };
}

/** Whether the connection had carried an earlier request and broke under this one: most likely nobody read it at all. */
function wasDeadAlready(error: unknown): boolean {
  if (!(error instanceof AxiosError) || error.response !== undefined) return false;
  const request: unknown = error.request;
  return request instanceof ClientRequest && request.reusedSocket && /^(ECONNRESET|EPIPE)$/.test(codeOf(error));
}

function answered(response: AxiosResponse<unknown>, attempts: 1 | 2): Sent {
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

function failureOf(error: unknown, url: string, proxy: ProxyServer | undefined): Failed {
  const code = codeOf(error);
  const problem = problemOf(code, error);
  const tunnel = tunnelFailureIn(error);
  if (tunnel && proxy) {
    const { status } = tunnel;
    if (status !== undefined && !isTransient(status)) return refusedByProxy(proxy, status);
    // Without a tunnel there was no connection to the host, whatever ended the one to the proxy.
    return { type: 'failed', problem: problem === 'tls' ? 'tls' : 'unreachable', code, proxy, at: 'proxy', status };
  }
  // A proxy that is asked with the whole address is what we connect to.
  const atProxy = proxy && !isTunnelled(url) && (problem === 'unreachable' || problem === 'tls');
  return { type: 'failed', problem, code, ...(proxy ? { proxy, at: atProxy ? 'proxy' : 'host' } : {}) };
}

function refusedByProxy(proxy: ProxyServer, status: number): Failed {
  return { type: 'failed', problem: 'proxy', code: 'ETUNNEL', proxy, at: 'proxy', status };
}

function tunnelFailureIn(error: unknown): TunnelFailure | undefined {
  if (error instanceof TunnelFailure) return error;
  return error instanceof Error && error.cause !== undefined ? tunnelFailureIn(error.cause) : undefined;
}

function problemOf(code: string, error: unknown): Exclude<HttpProblem, 'status'> {
  if (NO_CONNECTION.test(code)) return 'unreachable';
  if (REFUSED_TLS.test(code)) return 'tls';
  if (code === 'ETIMEDOUT' || code === 'ECONNABORTED') return 'timeout';
  // axios gives "too long" and "ended early" the same code.
  if (code === 'ERR_BAD_RESPONSE' && error instanceof Error && error.message.startsWith('maxContentLength')) {
    return 'too_large';
  }
  // Not HTTP, or not the compression it claims.
  if (code.startsWith('HPE_') || code === 'Z_DATA_ERROR') return 'malformed';
  return 'reset';
}
