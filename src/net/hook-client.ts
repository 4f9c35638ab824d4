import { createGovernor } from './governor.ts';
import { createHttpClient } from './http-client.ts';
import type { HttpFailure } from './http-failure.ts';

/** An address of somebody else that takes JSON: a chat's incoming hook, a metrics webhook. */
export interface HookClient {
  /** The only part of the address that may be said: the rest may be a password. */
  readonly host: string;
  readonly hostname: string;
  /** @throws HttpFailure when it was not taken; the signal's reason when aborted */
  post(bodyText: string, headers: { readonly [name: string]: string }, signal: AbortSignal): Promise<void>;
  close(): void;
}

const TIMEOUT_MS = 10_000;
const ATTEMPTS = 3;
const MAX_RESPONSE_BYTES = 64 * 1024;

/** A client with a governor of its own, so that a slow receiver slows nobody else. */
export function createHookClient(address: string, userAgent: string, env: NodeJS.Dict<string>): HookClient {
  const { origin, host, hostname, pathname, search, searchParams } = new URL(address);
  const client = createHttpClient({
    side: 'port',
    baseUrl: origin,
    headers: { 'user-agent': userAgent },
    timeoutMs: TIMEOUT_MS,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    governor: createGovernor({ side: 'port', concurrency: 1 }),
    secrets: [address, `${pathname}${search}`, pathname, search].filter((text) => text.length > 1),
    env,
  });
  // Repeated parameters stay repeated.
  const query = Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
  return {
    host,
    hostname,
    async post(bodyText, headers, signal) {
      // Told twice is better than not told.
      const sending = { attempts: ATTEMPTS, repeatable: true, signal };
      await client.request({ method: 'POST', path: pathname, query, bodyText, headers, ...sending });
    },
    close: client.close,
  };
}

/** Why a hook did not take what was sent, without its address. */
export function hookFailure({ status, problem }: HttpFailure): string {
  return status === undefined ? problem : `status ${status}`;
}
