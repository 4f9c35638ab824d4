import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { portOf } from './local-server.ts';
import { client, failureOf, get } from './test-client.ts';

/** A server, or a firewall before it, that breaks each connection at its second request and tells nobody before. */
async function listenOnceEach() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const { socket } = request;
    seen.push(request.method ?? '');
    response.end('{}', () => {
      socket.removeAllListeners('data').once('data', () => socket.resetAndDestroy());
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server.address())}`, seen };
}

describe('kept-alive connections that died while nobody used them', () => {
  it('dead-pool: cost no attempt, however many they are', async () => {
    const server = await listenOnceEach();
    const http = client(server.url);
    for (let round = 0; round < 5; round += 1) {
      const answers = Promise.all(Array.from({ length: 4 }, () => http.request({ ...get, attempts: 1 })));
      await expect(answers).resolves.toHaveLength(4);
    }
    expect(server.seen).toHaveLength(20);
  });

  it('dead-pool-post: what may not be done twice is not sent again, and its failure is no refusal', async () => {
    const server = await listenOnceEach();
    const http = client(server.url);
    await http.request(get);
    const failure = await failureOf(http.request({ ...get, method: 'POST', repeatable: false }));
    expect(failure).toMatchObject({ problem: 'reset', status: undefined });
    expect(server.seen).toHaveLength(1);
  });
});
