import { createGovernor } from '../../net/governor.ts';
import { createHttpClient, type HttpClient } from '../../net/http-client.ts';
import type { TokenProvider } from '../token.ts';

interface IngestRequest {
  readonly method: 'POST' | 'PUT';
  /** The absolute URL that Port gave us. */
  readonly url: string;
  /** Appended to the URL's path. Begins with `/`; its segments are percent-encoded. */
  readonly path?: string;
  /** JSON that is already serialized. */
  readonly bodyText: string;
  /** How often it is sent at most. */
  readonly attempts: number;
  readonly signal: AbortSignal;
}

/** Sends logs and metrics to the URLs that Port gives for an integration. */
export interface Ingest {
  /** @throws HttpFailure when it was not accepted; AppError when Port gives us no token */
  send(request: IngestRequest): Promise<void>;
  close(): void;
}

export interface IngestOptions {
  /** If Port's API uses HTTPS, an ingest URL must use it too. */
  readonly portBaseUrl: string;
  /** The API's token, which Port's own integrations send too. */
  readonly tokens: TokenProvider;
  readonly userAgent: string;
  readonly secrets: readonly string[];
  /** The environment, for the proxies that it names (none when absent). */
  readonly env?: NodeJS.Dict<string>;
  /** For one attempt (default 10 s). */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const MAX_RESPONSE_BYTES = 1024 * 1024;
const CONCURRENCY = 2;

const never = new AbortController().signal;

/** One client per host, created when first needed. Each has its own governor, so that a slow ingest does not slow the API. */
export function createIngest(options: IngestOptions): Ingest {
  const clients = new Map<string, HttpClient>();

  function clientFor({ origin, protocol }: URL): HttpClient {
    const known = clients.get(origin);
    if (known) return known;
    if (protocol !== 'https:' && new URL(options.portBaseUrl).protocol === 'https:') {
      throw new Error(`Port's token is not sent to ${origin}, which is not encrypted`);
    }
    const client = createHttpClient({
      side: 'port',
      baseUrl: origin,
      headers: { 'user-agent': options.userAgent },
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      governor: createGovernor({ side: 'port', concurrency: CONCURRENCY }),
      secrets: options.secrets,
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    clients.set(origin, client);
    return client;
  }

  async function attempt(request: IngestRequest, authorize: () => Promise<string>): Promise<void> {
    const { method, url, path = '', bodyText, attempts, signal } = request;
    const target = new URL(url);
    await clientFor(target).request({
      method,
      path: target.pathname.replace(/\/+$/, '') + path,
      query: Object.fromEntries(target.searchParams),
      bodyText,
      attempts,
      // A duplicate record is better than a lost one.
      repeatable: true,
      authorize,
      signal,
    });
  }

  return {
    // Without our signal: runs may wait for the same token, and our abort must not stop its request.
    send: (request) => options.tokens.withToken(never, (authorize) => attempt(request, authorize)),
    close() {
      for (const client of clients.values()) client.close();
    },
  };
}
