import { createGovernor } from '../../net/governor.ts';
import { createHttpClient, type HttpClient } from '../../net/http-client.ts';
import type { TokenKeeper } from '../token.ts';

interface IngestRequest {
  readonly method: 'POST' | 'PUT';
  /** Absolute: where Port told us to send this. */
  readonly url: string;
  /** Appended to the URL's path; begins with `/`, its parts percent-encoded. */
  readonly path?: string;
  /** JSON that is already serialized. */
  readonly bodyText: string;
  /** How often it is tried at most. */
  readonly attempts: number;
  readonly signal: AbortSignal;
}

/** Sends logs and metrics to the addresses that Port names for an integration. */
export interface Ingest {
  /** @throws HttpFailure when it was not taken; AppError when Port gives us no token */
  send(request: IngestRequest): Promise<void>;
  close(): void;
}

export interface IngestOptions {
  /** Port's API: an ingest address must not be less private than it. */
  readonly portBaseUrl: string;
  /** Port's own integrations send the API's token along. */
  readonly tokens: TokenKeeper;
  readonly userAgent: string;
  readonly secrets: readonly string[];
  /** The environment, for the proxies that it names (none when absent). */
  readonly env?: NodeJS.Dict<string>;
  /** For one attempt (default 10 s): news that nobody waits for. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const MAX_RESPONSE_BYTES = 1024 * 1024;
const CONCURRENCY = 2;

const never = new AbortController().signal;

/** One client per host, made when first needed, each with a governor of its own: a slow ingest must not slow the API. */
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
      // A record that arrives twice is better than one that does not arrive.
      repeatable: true,
      authorize,
      signal,
    });
  }

  return {
    // Runs wait for the same token: our giving up must not take it from them.
    send: (request) => options.tokens.with(never, (authorize) => attempt(request, authorize)),
    close() {
      for (const client of clients.values()) client.close();
    },
  };
}
