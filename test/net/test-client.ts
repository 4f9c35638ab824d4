import { onTestFinished } from 'vitest';
import { createGovernor } from '../../src/net/governor.ts';
import { createHttpClient, type HttpClient, type HttpRequest } from '../../src/net/http-client.ts';
import { HttpFailure } from '../../src/net/http-failure.ts';

const signal = new AbortController().signal;
/** A request that a test changes as it needs. */
export const get: HttpRequest = { method: 'GET', path: '/x', repeatable: true, signal };
export const SECRET = 's3cr3t/key=="1';

/** A client of its own for one test, with a secret key. */
export function client(baseUrl: string, more: { timeoutMs?: number; maxResponseBytes?: number } = {}): HttpClient {
  const governor = createGovernor({ side: 'komodor', concurrency: 4 });
  const http = createHttpClient({
    side: 'komodor',
    baseUrl,
    headers: { 'x-api-key': SECRET },
    timeoutMs: 2000,
    maxResponseBytes: 1_000_000,
    governor,
    secrets: [SECRET],
    env: process.env,
    ...more,
  });
  onTestFinished(() => http.close());
  return http;
}

export async function failureOf(promise: Promise<unknown>): Promise<HttpFailure> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HttpFailure)) throw new Error(`no HttpFailure but ${String(error)}`);
  return error;
}
