import type { Governor } from '../net/governor.ts';
import { createHttpClient, type HttpRequest } from '../net/http-client.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { LineLimits } from '../net/lines.ts';
import type { Connection } from './connection.ts';

type Query = NonNullable<HttpRequest['query']>;

/** The API server of one cluster. */
export interface KubernetesApi {
  readonly host: string;
  /** Asks for JSON. Throws HttpFailure. */
  get(
    path: string,
    query: Query,
    signal: AbortSignal,
    options?: GetOptions,
  ): Promise<{ readonly body: unknown; readonly bytes: number }>;
  /**
   * The JSON document of each line, until the server ends the answer. Throws HttpFailure for a status, a cut, a line of more
   * than 16 MiB, and when nothing at all comes for `idleMs`. A reader that is slow makes the server wait.
   */
  lines(
    path: string,
    query: Query,
    options: Pick<LineLimits, 'idleMs' | 'onOpen'>,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly value: unknown; readonly bytes: number }, void>;
  /** Changes or asks something. Throws HttpFailure. A PATCH is sent again when it is unclear whether it was carried out. */
  send(request: SendRequest, signal: AbortSignal): Promise<unknown>;
  close(): void;
}

interface GetOptions {
  /** The form of the answer, where it is not plain JSON. */
  readonly accept?: string;
  /** How often it is sent at most (default: as the client says). */
  readonly attempts?: number;
}

interface SendRequest {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly query?: Query;
  readonly body: unknown;
  readonly contentType?: string;
  /** Whether sending it twice does no harm (default: it does none for a PATCH). */
  readonly repeatable?: boolean;
}

interface KubernetesApiOptions {
  readonly connection: Connection;
  readonly governor: Governor;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  /** Values that must never appear in a message. Tokens of the connection need not be among them. */
  readonly secrets: readonly string[];
  /** How often a request is sent at most; see HttpClientOptions. */
  readonly attempts?: number | undefined;
  readonly onNetworkWait?: ((why: string, leftMs: number) => void) | undefined;
  /** The environment, for the proxies that it names (none when absent). */
  readonly env?: NodeJS.Dict<string>;
  readonly userAgent?: string;
}

const MAX_LINE_BYTES = 16 * 1024 * 1024;

export function createKubernetesApi(options: KubernetesApiOptions): KubernetesApi {
  const { connection, userAgent, env } = options;
  const { authorize } = connection;
  const http = createHttpClient({
    side: 'kubernetes',
    baseUrl: connection.baseUrl,
    headers: userAgent === undefined ? {} : { 'user-agent': userAgent },
    timeoutMs: options.timeoutMs,
    attempts: options.attempts,
    maxResponseBytes: options.maxResponseBytes,
    governor: options.governor,
    tls: () => connection.tls(),
    secrets: options.secrets,
    onNetworkWait: options.onNetworkWait,
    ...(env === undefined ? {} : { env }),
  });
  const common = authorize === undefined ? {} : { authorize };

  /** Whether to send again what was refused with 401: a token or a certificate may just have been renewed in its file. */
  function hasRenewed(error: unknown): boolean {
    if (!(error instanceof HttpFailure) || error.status !== 401 || connection.expire === undefined) return false;
    connection.expire();
    return true;
  }

  async function request(of: Omit<HttpRequest, 'expect'>) {
    const whole: HttpRequest = { ...common, ...of, expect: 'json' };
    return http.request(whole).catch((error: unknown) => {
      if (hasRenewed(error)) return http.request(whole);
      throw error;
    });
  }

  async function* lines(
    path: string,
    query: Query,
    limits: Pick<LineLimits, 'idleMs' | 'onOpen'>,
    signal: AbortSignal,
  ): ReturnType<KubernetesApi['lines']> {
    const open = () =>
      http.lines(
        { ...common, method: 'GET', path, query, repeatable: true, signal },
        { ...limits, maxLineBytes: MAX_LINE_BYTES },
      );
    try {
      yield* open();
    } catch (error) {
      // A 401 comes before the first line.
      if (!hasRenewed(error)) throw error;
      yield* open();
    }
  }

  return {
    host: new URL(connection.baseUrl).host,
    async get(path, query, signal, { accept, attempts } = {}) {
      const response = await request({
        ...{ method: 'GET', path, query, repeatable: true, signal },
        ...(accept === undefined ? {} : { headers: { accept } }),
        ...(attempts === undefined ? {} : { attempts }),
      });
      return { body: response.json(), bytes: response.text.length };
    },
    lines,
    async send({ method, path, query = {}, body, contentType = 'application/json', repeatable }, signal) {
      const headers = { 'content-type': contentType };
      const again = repeatable ?? method === 'PATCH';
      return (await request({ method, path, query, body, headers, repeatable: again, signal })).json();
    },
    close: http.close,
  };
}
