import { expect, it, onTestFinished } from 'vitest';
import { createGovernor } from '../../src/net/governor.ts';
import { createHttpClient } from '../../src/net/http-client.ts';
import { listen } from './local-server.ts';

const { signal } = new AbortController();

/** Two clients of one host, for the two lanes. */
function clientsOf(baseUrl: string, concurrency: number) {
  const governor = createGovernor({ side: 'port', concurrency });
  const client = (lane: 'resync' | 'live') => {
    const http = createHttpClient({
      ...{ side: 'port', baseUrl, governor, lane, secrets: [] },
      timeoutMs: 30_000,
      maxResponseBytes: 1000,
    });
    onTestFinished(() => http.close());
    return (path: string) => http.request({ method: 'GET', path, repeatable: true, signal });
  };
  return { resync: client('resync'), live: client('live') };
}

it('sends a live request at once while all places are taken and hundreds wait', async () => {
  const server = await listen(() => ({ json: {}, delayMs: 30 }));
  const { resync, live } = clientsOf(server.url, 4);
  const all = Array.from({ length: 200 }, (_, index) => resync(`/resync/${index}`));
  await Promise.all(all.slice(0, 8));
  const before = server.seen.length;
  await live('/live/1');
  await live('/live/2');
  const places = server.seen.flatMap(({ path }, index) => (path.startsWith('/live') ? [index] : []));
  expect(places).toHaveLength(2);
  // The first one is the next that is sent, bar those that were on their way to the server; the second comes a round trip later.
  expect(places[0]).toBeLessThanOrEqual(before + 4);
  expect(places[1]).toBeLessThanOrEqual(before + 16);
  await Promise.all(all);
  expect(server.seen.length).toBe(202);
});

it('lets a resync go on while live requests never end', async () => {
  const server = await listen(() => ({ json: {}, delayMs: 10 }));
  const { resync, live } = clientsOf(server.url, 4);
  let isOver = false;
  const flood = Array.from({ length: 30 }, async (_, worker) => {
    for (let count = 0; !isOver; count += 1) await live(`/live/${worker}/${count}`);
  });
  await Promise.all(Array.from({ length: 60 }, (_, index) => resync(`/resync/${index}`)));
  isOver = true;
  await Promise.all(flood);
  const last = server.seen.findLastIndex(({ path }) => path.startsWith('/resync'));
  const liveBefore = server.seen.slice(0, last).filter(({ path }) => path.startsWith('/live')).length;
  // Half of the common places and a fifth of the turns are the least that it has.
  expect(liveBefore).toBeLessThan(60 * 5);
  expect(server.mostAtOnce()).toBeLessThanOrEqual(4 + 2);
});
