import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { createRedisQueue, type RedisQueue } from '../../src/queue/redis-queue.ts';
import { freePort, type OwnRedis, ownRedis, withoutOwnRedis } from './redis-server.ts';
import { HeldRuns, nothingLive, RESYNC, until } from './workers.ts';

const PREFIX = 'komodor-port-{test}';

describe.skipIf(withoutOwnRedis !== undefined)('a Redis that', () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });

  async function server(settings: readonly string[] = []): Promise<OwnRedis & { port: number; admin: Redis }> {
    const port = await freePort();
    const redis = await ownRedis(['--port', String(port), '--bind', '127.0.0.1', ...settings]);
    await redis.start();
    const admin = new Redis(port);
    cleanups.push(async () => {
      admin.disconnect();
      await redis.remove();
    });
    return { ...redis, port, admin };
  }

  async function working({ port }: { readonly port: number }) {
    const lines: string[] = [];
    const queue = createRedisQueue({
      ...{ url: `redis://127.0.0.1:${port}`, prefix: PREFIX, lockMs: 1_000, maintenanceMs: 100, liveQuietMs: 20 },
      log: (level, message, { detail }) => void lines.push(`${level} ${message} ${detail}`),
    });
    cleanups.push(() => queue.close());
    const runs = new HeldRuns();
    runs.open();
    await queue.start({ run: runs.work, live: nothingLive });
    return { queue, complaints: () => lines.filter((line) => /^(error|warn) (?!advice)/.test(line)) };
  }

  async function carriesOutRuns(queue: RedisQueue): Promise<void> {
    const { runId } = await queue.request(RESYNC);
    await until(async () => (await queue.find(runId))?.state === 'finished');
  }

  it('is full is named, and works again once it has room', async () => {
    const redis = await server();
    const { queue, complaints } = await working(redis);
    await carriesOutRuns(queue);
    await redis.admin.config('SET', 'maxmemory', '1mb');
    await until(() => complaints().length > 0);
    expect(await queue.health()).toMatchObject({ ready: false, detail: expect.stringContaining('is full') });
    await redis.admin.config('SET', 'maxmemory', '0');
    await until(async () => (await queue.health()).ready);
    await carriesOutRuns(queue);
    expect(complaints()).toHaveLength(1);
  });

  it('is a read-only replica is named, and works once it is none', async () => {
    const master = await server();
    const replica = await server(['--replicaof', '127.0.0.1', String(master.port)]);
    const { queue, complaints } = await working(replica);
    await until(() => complaints().length > 0);
    expect(await queue.health()).toMatchObject({ ready: false, detail: expect.stringContaining('read-only replica') });
    await replica.admin.call('REPLICAOF', 'NO', 'ONE');
    await until(async () => (await queue.health()).ready);
    await carriesOutRuns(queue);
    expect(complaints()).toEqual([expect.stringContaining('read-only replica')]);
  });

  it('takes no writes for another reason is quoted', async () => {
    const redis = await server(['--min-replicas-to-write', '1']);
    const { queue, complaints } = await working(redis);
    await until(() => complaints().length > 0);
    expect(await queue.health()).toMatchObject({ ready: false, detail: expect.stringContaining('NOREPLICAS') });
    await redis.admin.config('SET', 'min-replicas-to-write', '0');
    await until(async () => (await queue.health()).ready);
    await carriesOutRuns(queue);
  });

  it('lacks a command is named', async () => {
    const redis = await server(['--rename-command', 'EVALSHA', '']);
    const { queue, complaints } = await working(redis);
    await until(() => complaints().length > 0);
    expect((await queue.health()).detail).toContain('EVALSHA');
  });

  it('is a cluster of one node works', async () => {
    const redis = await server(['--cluster-enabled', 'yes']);
    const { queue, complaints } = await working(redis);
    await until(() => complaints().length > 0);
    expect(await queue.health()).toMatchObject({ ready: false, detail: expect.stringContaining('CLUSTERDOWN') });
    await redis.admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await until(async () => (await queue.health()).ready);
    await carriesOutRuns(queue);
    await queue.schedule(50);
    await until(async () => (await queue.list(10)).length > 3);
  });

  it('is a cluster works through whichever node is named', async () => {
    const [one, other] = [await clusterNode(), await clusterNode()];
    const nodes = [one, other];
    await one.admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
    await other.admin.call('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
    await one.admin.call('CLUSTER', 'MEET', '127.0.0.1', String(other.port), String(other.busPort));
    for (const { admin } of nodes)
      await until(async () => String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    const queues = await Promise.all(nodes.map((node) => working(node)));
    for (const { queue } of queues) {
      await until(async () => (await queue.health()).ready);
      await carriesOutRuns(queue);
    }
    // Both found the one node that has the key space.
    for (const { queue } of queues) expect(await queue.list(10)).toHaveLength(2);
    expect(queues.flatMap(({ complaints }) => complaints())).toEqual([]);
  });

  /** Its bus needs a port of its own. */
  async function clusterNode() {
    const busPort = await freePort();
    return { ...(await server(['--cluster-enabled', 'yes', '--cluster-port', String(busPort)])), busPort };
  }
});
