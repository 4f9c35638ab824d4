import { AppError } from '../core/errors.ts';
import type { RequestLane } from '../net/allowance.ts';
import type { Governor } from '../net/governor.ts';
import { createHttpClient, type HttpClient, type HttpRequest } from '../net/http-client.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { RequestTiming } from '../net/request-info.ts';
import { isObject } from './item.ts';

export interface KomodorApiOptions {
  /** With `/api/v2`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly userAgent?: string;
  readonly timeoutMs: number;
  /** How often a request is sent at most; see HttpClientOptions. */
  readonly attempts?: number | undefined;
  readonly maxResponseBytes: number;
  readonly governor: Governor;
  /** See HttpClientOptions. */
  readonly lane?: RequestLane | undefined;
  /** Values that must never appear in a message, the API key among them. */
  readonly secrets: readonly string[];
  readonly onNetworkWait?: ((why: string, leftMs: number) => void) | undefined;
  /** The environment, for the proxies that it names (none when absent). */
  readonly env?: NodeJS.Dict<string>;
}

/** Reads from Komodor's API. All its calls only read, so all of them may be repeated. */
export interface KomodorApi {
  /**
   * The parsed body, its size, and how long it took. Throws HttpFailure; its status is 403 when the key is right but its user may not read
   * this. Throws AppError when the key is wrong or the host cannot be reached.
   */
  call(
    request: Omit<HttpRequest, 'repeatable' | 'expect'>,
  ): Promise<{ readonly body: unknown; readonly bytes: number; readonly timing: RequestTiming }>;
  /** Whether Komodor takes the key. Throws HttpFailure when that cannot be told. */
  takesKey(signal: AbortSignal): Promise<boolean>;
  hostAnswered(): boolean;
  /** The error for a host that never answered. */
  unreachable(failure: HttpFailure): AppError;
  close(): void;
}

export function createKomodorApi(options: KomodorApiOptions): KomodorApi {
  const host = new URL(options.baseUrl).host;
  let wasAccepted = false;
  const http = createHttpClient({
    side: 'komodor',
    baseUrl: options.baseUrl,
    headers: {
      'x-api-key': options.apiKey,
      ...(options.userAgent === undefined ? {} : { 'user-agent': options.userAgent }),
    },
    timeoutMs: options.timeoutMs,
    attempts: options.attempts,
    maxResponseBytes: options.maxResponseBytes,
    governor: options.governor,
    lane: options.lane,
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
      wasAccepted = true;
      return { body: response.json(), bytes: response.text.length, timing: response.timing };
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      if (error.status === 401) throw keyRefused(host, error);
      if (error.status === 403 && !(await isKeyRight(http, wasAccepted, request.signal))) throw keyRefused(host, error);
      throw error.isUnreachable && !hostAnswered() ? unreachable(error) : error;
    }
  }

  return { call, takesKey: (signal) => takesKey(http, signal), hostAnswered, unreachable, close: http.close };
}

function keyRefused(host: string, failure: HttpFailure): AppError {
  return new AppError(
    'komodor_auth',
    `${host} refused the API key (${failure.status} to ${failure.method} ${failure.path}): check that KOMODOR_API_KEY ` +
      'is right and has not expired, that its user has the permission view:all, and that KOMODOR_BASE_URL names your region.',
  );
}

/** Whether the key is right. Komodor answers 403 to a wrong key, and also when the user of a right key lacks a permission. */
async function isKeyRight(http: HttpClient, wasAccepted: boolean, signal: AbortSignal): Promise<boolean> {
  try {
    return await takesKey(http, signal);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return wasAccepted;
  }
}

async function takesKey(http: HttpClient, signal: AbortSignal): Promise<boolean> {
  try {
    const path = '/apikey/validate';
    const response = await http.request({ method: 'GET', path, repeatable: true, expect: 'json', signal });
    const answer = response.json();
    return !isObject(answer) || answer.valid !== false;
  } catch (error) {
    if (!(error instanceof HttpFailure) || (error.status !== 401 && error.status !== 403)) throw error;
    return false;
  }
}
