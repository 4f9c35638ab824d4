import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRedisJournal } from '../../src/queue/redis-journal.ts';
import { REQUIRED_COMMANDS } from '../../src/queue/redis-permissions.ts';
import { createRedisQueue, type RedisQueue } from '../../src/queue/redis-queue.ts';
import { rowsOf } from './journal-rows.ts';
import { type OwnRedis, ownRedis, withoutOwnRedis } from './redis-server.ts';
import { HeldRuns, liveEvent, nothingLive, PLAN, RESYNC, until } from './workers.ts';

/** Commands that no script can try. */
const DIRECT = ['SET', 'EVAL', 'EVALSHA', 'MULTI', 'EXEC', 'BZPOPMIN', 'SUBSCRIBE'];
const NEEDED = [...DIRECT, ...REQUIRED_COMMANDS.map(([command = '']) => command)];
/** What is asked for and not needed: names of connections, settings that are judged, goodbyes. */
const NOT_NEEDED = ['INFO', 'CONFIG', 'CLIENT', 'HELLO', 'QUIT', 'PING', 'AUTH', 'SELECT'];
const CATEGORIES =
  'keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking dangerous connection transaction scripting'.split(
    ' ',
  );

describe.skipIf(withoutOwnRedis !== undefined)('a Redis user', () => {
  let redis: OwnRedis;
  let admin: Redis;
  const opened: RedisQueue[] = [];
  let lines: string[] = [];

  beforeAll(async () => {
    redis = await ownRedis();
    await redis.start();
    admin = new Redis(redis.url.replace('unix://', ''));
    await admin.call('ACL', 'SETUSER', 'admin', 'on', 'nopass', '+@all', '~*', '&*');
    await admin.call('AUTH', 'admin', 'x');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()));
    await may('+@all', 'allkeys', 'allchannels');
    await admin.flushall();
    lines = [];
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.remove();
  });

  /** Also forgets the scripts, which a user without EVAL could still call by name. */
  async function may(...rules: readonly string[]): Promise<void> {
    await admin.call('ACL', 'SETUSER', 'default', ...rules);
    await admin.script('FLUSH');
  }

  async function working() {
    const queue = createRedisQueue({
      ...{ url: redis.url, prefix: 'komodor-port-{test}', lockMs: 1_000, maintenanceMs: 100, liveQuietMs: 20 },
      log: (level, message, { detail }) => void lines.push(`${level} ${message} ${detail}`),
    });
    opened.push(queue);
    const runs = new HeldRuns();
    runs.open();
    await queue.start({ run: runs.work, live: nothingLive });
    return { queue, runs };
  }

  async function carriesOutRuns(queue: RedisQueue): Promise<void> {
    let runId: string | undefined;
    await until(async () => {
      runId ??= await queue.request(RESYNC).then(
        (ticket) => ticket.runId,
        () => undefined,
      );
      if (runId === undefined) return false;
      const record = await queue.find(runId).catch(() => undefined);
      return record?.state === 'finished';
    });
  }

  const complaints = () => lines.filter((line) => line.startsWith('error the run queue cannot'));

  it.each(NEEDED)('without %s is told so, and needs no restart when it has got it', async (command) => {
    await may(`-${command}`);
    const { queue } = await working();
    await until(() => complaints().length > 0);
    expect(await queue.health()).toMatchObject({ ready: false, detail: expect.stringContaining(command) });
    expect(complaints()).toEqual([expect.stringContaining(`+${command.toLowerCase()}`)]);
    await may('+@all');
    await carriesOutRuns(queue);
    await until(() => lines.some((line) => line.startsWith('info the run queue can do its work again')));
    expect((await queue.health()).ready).toBe(true);
  });

  it.each(NOT_NEEDED)('needs no %s', async (command) => {
    await may(`-${command}`);
    const { queue } = await working();
    await carriesOutRuns(queue);
    expect(await queue.health()).toMatchObject({ ready: true });
    expect(complaints()).toEqual([]);
  });

  it.each(CATEGORIES)('without @%s is told so, or it works', async (category) => {
    await may(`-@${category}`);
    const { queue } = await working();
    await until(async () => !(await queue.health()).detail.includes('not connected'));
    const { ready, detail } = await queue.health();
    if (ready) await carriesOutRuns(queue);
    else expect(detail).toContain('its user may not use');
  });

  it.each([
    ['keys', ['resetkeys', '~other*'], '~komodor-port-*'],
    ['channels', ['resetchannels', '&other*'], '&komodor-port-*'],
  ])('with other %s is told so', async (_, rules, cure) => {
    await may(...rules);
    const { queue } = await working();
    await until(() => complaints().length > 0);
    expect(await queue.health()).toMatchObject({ ready: false, detail: expect.stringContaining(cure) });
    await may('resetkeys', 'resetchannels', '~komodor-port-*', '&komodor-port-*');
    await carriesOutRuns(queue);
    await until(async () => (await queue.health()).ready);
  });

  it('is asked for no command that is not tried', async () => {
    const monitor = await admin.monitor();
    const seen = new Set<string>();
    monitor.on('monitor', (_time: string, [command = '']: string[]) => void seen.add(command.toUpperCase()));
    const { queue } = await working();
    const other = await working();
    await queue.schedule(200);
    await carriesOutRuns(queue);
    const failing = liveEvent('a');
    for (let i = 0; i < 10; i += 1) await queue.offer({ ...failing, receivedAt: `${i}` });
    await queue.request(PLAN);
    await queue.requestOnce('key', RESYNC);
    const { runId } = await queue.request({ ...RESYNC, approveDeletions: ['d'] });
    await queue.cancel(runId);
    await queue.markLive('owner', 'b', ['x']);
    await queue.markedLive('b', ['x'], await queue.latestMark());
    await queue.unmarkLive('owner', 'b', ['x']);
    await queue.countDeletions('owner', 'b', ['x'], 1_000);
    await queue.countedDeletions('b', 1_000);
    await queue.uncountDeletions('owner', 'b', ['x']);
    await queue.list(10);
    await queue.counts();
    const journal = createRedisJournal(queue.connections, queue.keys, { runs: 1, log: () => undefined });
    for (const runId of ['r1', 'r2']) {
      const writer = journal.begin({ runId, mode: 'resync', trigger: 'http', startedAt: new Date().toISOString() });
      for (let i = 0; i < 2; i += 1) await writer.append(rowsOf(400));
      await writer.end('completed');
    }
    expect(await journal.page('r2', {}, null, 1)).toMatchObject({ cursor: expect.anything() });
    expect(await journal.find('r1')).toBeUndefined();
    await until(async () => (await queue.counts()).liveWaiting === 0);
    await carriesOutRuns(other.queue);
    await queue.schedule(null);
    await Promise.all(opened.splice(0).map((each) => each.close()));
    monitor.disconnect();
    const adminOnly = ['ACL', 'SCRIPT', 'FLUSHALL', 'MONITOR'];
    expect([...seen].filter((name) => ![...NEEDED, ...NOT_NEEDED, ...adminOnly].includes(name))).toEqual([]);
  });
});
