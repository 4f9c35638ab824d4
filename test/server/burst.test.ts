import { Agent, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { bearer, hook, listening, startServer, until } from './support.ts';

/** Posts many times over 50 connections and counts the answers by status. */
async function burst(count: number, port: number, path: string, headers: object, bodyOf: (index: number) => string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const statuses = new Map<number, number>();
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const status = await post(agent, port, path, { 'content-type': 'application/json', ...headers }, bodyOf(index));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }),
  );
  agent.destroy();
  return Object.fromEntries(statuses);
}

function post(agent: Agent, port: number, path: string, headers: object, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { agent, port, host: '127.0.0.1', path, method: 'POST', headers: { ...headers } },
      (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.on('error', reject).end(body);
  });
}

describe('a burst', () => {
  it('of triggers leads to two runs at most, and leaves memory as it was', async () => {
    const server = await startServer({ limits: { changesPerMinute: 100_000 } });
    const { port } = await listening(server);
    await burst(200, port, '/v1/runs', bearer, () => '{}');
    const before = process.memoryUsage().heapUsed;
    const bodyOf = (index: number) => (index % 2 === 0 ? '{}' : '{"kinds":["komodorService"]}');
    expect(await burst(2_000, port, '/v1/runs', bearer, bodyOf)).toEqual({ 202: 2_000 });
    // What the log of the test keeps of 2,000 requests is in here too.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1_048_576);
    expect(await server.queue.list(200)).toHaveLength(1);

    // These must begin after the running one: all of them share one more.
    expect(await burst(500, port, '/webhooks/resync', hook, bodyOf)).toEqual({ 202: 500 });
    expect(await server.queue.list(200)).toHaveLength(2);
  });

  it('beyond the limit is held back, and nothing breaks', async () => {
    const server = await startServer();
    const { port } = await listening(server);
    expect(await burst(1_000, port, '/v1/runs', bearer, () => '')).toEqual({ 202: 600, 429: 400 });
    expect(server.runs).toHaveLength(1);
  });

  it('of events of one workload becomes one piece of work', async () => {
    const server = await startServer();
    const { port } = await listening(server);
    const body = JSON.stringify({ cluster: 'c', namespace: 'n', resourceKind: 'Deployment', resourceName: 'r' });
    expect(await burst(1_000, port, '/webhooks/komodor', hook, () => body)).toEqual({ 202: 1_000 });
    await until(() => server.liveEvents.length > 0);
    expect(server.liveEvents.length).toBeLessThan(1_000);
  });
});
