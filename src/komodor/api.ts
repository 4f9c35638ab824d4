import { AppError } from '../core/errors.ts';
import type { Governor } from '../net/governor.ts';
import { createHttpClient, type HttpRequest } from '../net/http-client.ts';
import { HttpFailure } from '../net/http-failure.ts';

export interface KomodorApiOptions {
  /** With `/api/v2`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly userAgent?: string;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly governor: Governor;
  /** Values that must never appear in a message, the API key among them. */
  readonly secrets: readonly string[];
  readonly onNetworkWait?: ((why: string, leftMs: number) => void) | undefined;
  /** The environment, for the proxies that it names (none when absent). */
  readonly env?: NodeJS.Dict<string>;
}

/** Reads from Komodor's API. All its calls only read, so all of them may be repeated. */
export interface KomodorApi {
  /** The parsed body and how large it was. Throws HttpFailure, and AppError for what no other request can change: the key, the address. */
  call(
    request: Omit<HttpRequest, 'repeatable' | 'expect'>,
  ): Promise<{ readonly body: unknown; readonly bytes: number }>;
  hostAnswered(): boolean;
  /** The error for a host that never said anything. */
  unreachable(failure: HttpFailure): AppError;
  close(): void;
}

export function createKomodorApi(options: KomodorApiOptions): KomodorApi {
  const host = new URL(options.baseUrl).host;
  const http = createHttpClient({
    side: 'komodor',
    baseUrl: options.baseUrl,
    headers: {
      'x-api-key': options.apiKey,
      ...(options.userAgent === undefined ? {} : { 'user-agent': options.userAgent }),
    },
    timeoutMs: options.timeoutMs,
    maxResponseBytes: options.maxResponseBytes,
    governor: options.governor,
    onNetworkWait: options.onNetworkWait,
    secrets: options.secrets,
    ...(options.env === undefined ? {} : { env: options.env }),
  });

  function hostAnswered(): boolean {
    return options.governor.state().answered;
  }

  function unreachable(failure: HttpFailure): AppError {
    return new AppError('komodor_unreachable', `Komodor cannot be reached: ${failure.message}.`);
  }

  async function call(request: Omit<HttpRequest, 'repeatable' | 'expect'>) {
    try {
      const response = await http.request({ ...request, repeatable: true, expect: 'json' });
      return { body: response.json(), bytes: response.text.length };
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      if (error.status === 401 || error.status === 403) {
        throw new AppError(
          'komodor_auth',
          `${host} refused the API key (${error.status} to ${error.method} ${error.path}): check that KOMODOR_API_KEY ` +
            'is right and has not expired, that its user has the permission view:all, and that KOMODOR_BASE_URL names your region.',
        );
      }
      throw error.isNoContact && !hostAnswered() ? unreachable(error) : error;
    }
  }

  return { call, hostAnswered, unreachable, close: http.close };
}
