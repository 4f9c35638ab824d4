import { constants } from 'node:buffer';
import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import type { AxiosAdapter, AxiosProxyConfig, InternalAxiosRequestConfig } from 'axios';
import { ACCEPT_ENCODING } from './decompress.ts';
import { codeOf } from './error-code.ts';
import { readText } from './read-text.ts';

/** Why there is no answer. Unlike an error of axios it holds no request, and so no secret. */
export class NoAnswer extends Error {
  readonly code: string;
  /** Whether a reused connection broke before an answer: the host had closed it, so that most likely nobody read the request. */
  readonly wasStale: boolean;

  constructor(cause: unknown, wasStale: boolean) {
    super(codeOf(cause), { cause });
    this.name = 'NoAnswer';
    this.code = codeOf(cause);
    this.wasStale = wasStale;
  }
}

/** How much of an error is read where a stream was wanted. */
const LARGEST_ERROR = 1024 * 1024;

/** What axios gives on as the data of a response. It has the headers as well, because axios copies headers several times. */
export class Received {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  /** Text; or for the response type `stream`, with a 2xx, what comes. */
  readonly body: string | IncomingMessage;

  constructor({ statusCode = 0, headers }: IncomingMessage, body: string | IncomingMessage) {
    this.status = statusCode;
    // Node joins what comes several times, all but cookies.
    this.headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    this.body = body;
  }
}

/**
 * Sends axios' requests with nothing but Node's own client. axios' adapter can follow redirects, show progress and more,
 * which we do not need, and takes three times as much processor time. `timeout` is from connecting to the last byte.
 */
export const nodeAdapter: AxiosAdapter = (config) =>
  new Promise((resolve, reject) => {
    const { signal, timeout = 0 } = config;
    const request = requestOf(config);
    let response: IncomingMessage | undefined;
    const timer = timeout > 0 ? setTimeout(() => fail({ code: 'ETIMEDOUT' }), timeout) : undefined;
    signal?.addEventListener?.('abort', abort);

    function settle(): void {
      clearTimeout(timer);
      signal?.removeEventListener?.('abort', abort);
    }
    function fail(cause: unknown): void {
      settle();
      const isBroken = /^(ECONNRESET|EPIPE)$/.test(codeOf(cause));
      reject(new NoAnswer(cause, isBroken && response === undefined && request.reusedSocket));
      request.destroy();
    }
    function abort(): void {
      fail({ code: 'ABORT_ERR' });
    }
    function succeed(message: IncomingMessage, body: string | IncomingMessage): void {
      settle();
      const data = new Received(message, body);
      resolve({ data, status: data.status, statusText: '', headers: {}, config });
    }

    request.on('error', fail);
    // A request that ended without an answer and without an error. After an answer this changes nothing.
    request.on('close', () => response ?? fail({ code: 'ECONNRESET' }));
    request.on('response', (message) => {
      response = message;
      bodyOf(message, config).then((body) => succeed(message, body), fail);
    });
    request.end(typeof config.data === 'string' ? Buffer.from(config.data) : undefined);
  });

function requestOf(config: InternalAxiosRequestConfig): ClientRequest {
  const { method, proxy, httpAgent, httpsAgent } = config;
  const address = new URL(config.url ?? '');
  const { protocol, hostname, port, path, auth } = urlToHttpOptions(address);
  const direct = { protocol, hostname, port, path, auth, method, headers: headersOf(config) };
  const options = proxy ? throughProxy(direct, address, proxy) : direct;
  return options.protocol === 'https:'
    ? httpsRequest({ ...options, agent: httpsAgent })
    : httpRequest({ ...options, agent: httpAgent });
}

/** What HTTP does not take in the value of a header. A pasted key may have it. */
const NO_HEADER_CHARACTERS = /[^\t\x20-\x7e\x80-\xff]+/g;

function headersOf({ headers, responseType }: InternalAxiosRequestConfig): { readonly [name: string]: string } {
  // Of a stream nothing is decompressed, so that what comes is there at once.
  const plain: { [name: string]: string } = {
    'accept-encoding': responseType === 'stream' ? 'identity' : ACCEPT_ENCODING,
  };
  for (const [name, value] of headers) {
    if (value !== null && value !== undefined && value !== false)
      plain[name.toLowerCase()] = String(value).replace(NO_HEADER_CHARACTERS, '');
  }
  return plain;
}

/** The proxy gets the whole address. Only plain http goes this way: https goes through a tunnel, which its agent opens. */
function throughProxy(
  direct: RequestOptions,
  address: URL,
  { protocol, host, port, auth }: AxiosProxyConfig,
): RequestOptions {
  const credentials = auth && Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  return {
    method: direct.method,
    protocol,
    hostname: host,
    port,
    path: `${address.origin}${direct.path}`,
    auth: direct.auth,
    headers: {
      ...direct.headers,
      host: address.host,
      ...(credentials === undefined ? {} : { 'proxy-authorization': `Basic ${credentials}` }),
    },
  };
}

async function bodyOf(
  message: IncomingMessage,
  { responseType, maxContentLength = -1 }: InternalAxiosRequestConfig,
): Promise<string | IncomingMessage> {
  if (responseType !== 'stream')
    return readText(message, maxContentLength < 0 ? constants.MAX_LENGTH : maxContentLength, 'fails');
  // What breaks before the reader has begun, the reader is told.
  message.on('error', () => undefined);
  const { statusCode = 0 } = message;
  return statusCode >= 200 && statusCode < 300 ? message : readText(message, LARGEST_ERROR, 'is cut');
}
