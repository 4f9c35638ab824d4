import { ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { AxiosError, type AxiosResponse } from 'axios';
import type { HttpProblem } from './http-failure.ts';

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
  | { readonly type: 'failed'; readonly problem: Exclude<HttpProblem, 'status'>; readonly code: string };

export interface Sender {
  /** Throws the signal's reason when aborted, and nothing else: axios' errors hold headers and stay in here. */
  send(outgoing: Outgoing, signal: AbortSignal): Promise<Sent>;
  close(): void;
}

/** Sends single requests over kept-alive connections. Follows no redirects; proxies come from the environment. */
export function createSender(options: { readonly maxResponseBytes: number }): Sender {
  const httpAgent = new HttpAgent({ keepAlive: true });
  const httpsAgent = new HttpsAgent({ keepAlive: true });
  const instance = axios.create({
    adapter: 'http',
    httpAgent,
    httpsAgent,
    maxRedirects: 0,
    maxBodyLength: Number.POSITIVE_INFINITY,
    maxContentLength: options.maxResponseBytes,
    responseType: 'text',
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
    validateStatus: () => true,
  });

  /** One exchange; a kept-alive connection that turns out to be dead is replaced by a fresh one. */
  async function exchange(outgoing: Outgoing, signal: AbortSignal): Promise<Sent> {
    const request = {
      method: outgoing.method,
      url: outgoing.url,
      headers: { ...outgoing.headers },
      data: outgoing.bodyText,
      signal,
    };
    try {
      return answered(await instance.request(request), 1);
    } catch (error) {
      if (signal.aborted || !outgoing.repeatable || !wasDeadAlready(error)) throw error;
      // What closed this one while it was idle (a restart, a firewall) has most likely closed the others too.
      dropIdle(httpAgent);
      dropIdle(httpsAgent);
      const fresh = { httpAgent: new HttpAgent(), httpsAgent: new HttpsAgent() };
      return answered(await instance.request({ ...request, ...fresh }), 2);
    }
  }

  async function send(outgoing: Outgoing, signal: AbortSignal): Promise<Sent> {
    signal.throwIfAborted();
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
      return await exchange(outgoing, attempt.signal);
    } catch (error) {
      signal.throwIfAborted();
      return late ? { type: 'failed', problem: 'timeout', code: 'ETIMEDOUT' } : failureOf(error);
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', abort);
    }
  }

  return {
    send,
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

/** Whether the connection had carried an earlier request and broke under this one: most likely nobody read it at all. */
function wasDeadAlready(error: unknown): boolean {
  if (!(error instanceof AxiosError) || error.response !== undefined) return false;
  const request: unknown = error.request;
  return request instanceof ClientRequest && request.reusedSocket && /^(ECONNRESET|EPIPE)$/.test(codeOf(error));
}

function dropIdle({ freeSockets }: HttpAgent): void {
  for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
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

function failureOf(error: unknown): Sent {
  const code = codeOf(error);
  return { type: 'failed', problem: problemOf(code, error), code };
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

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'UNKNOWN';
  return typeof error.code === 'string' ? error.code : 'UNKNOWN';
}
