import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { until } from '../service/caller.ts';
import { bearer, listening, NO_MAPPINGS, startServer } from './support.ts';

it('ends the work for a caller who leaves, and logs no failure', async () => {
  const began: AbortSignal[] = [];
  const mappings = {
    ...NO_MAPPINGS,
    async map(_kind: string, _items: readonly unknown[], _mapping: string | undefined, signal: AbortSignal) {
      began.push(signal);
      await sleep(60_000, undefined, { signal });
      throw new Error('nobody has left');
    },
  };
  const server = await startServer({ mappings });
  const { url } = await listening(server);
  const leaving = new AbortController();
  const body = JSON.stringify({ kind: 'komodorService', items: [] });
  const headers = { ...bearer, 'content-type': 'application/json' };
  const asked = fetch(`${url}/v1/map`, { method: 'POST', headers, body, signal: leaving.signal });
  asked.catch(() => undefined);
  await until(() => began.length === 1);
  leaving.abort();
  await until(() => began[0]?.aborted === true);
  // Whatever is logged for it is logged before the next answer.
  await fetch(`${url}/health/live`);
  expect(server.log()).not.toContain('unexpectedly');
});
