import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** A server of the test alone, which may be killed and restarted. */
export interface OwnRedis {
  readonly url: string;
  /** Starts it (again), on the data that it has. */
  start(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Keeps it from answering while its connections stay open. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

const BINARY = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);
const GIVEN = process.env.REDIS_URL;

/** Why tests that need a Redis are skipped; undefined: they are not. @throws when they must not be skipped */
export const withoutRedis = need(GIVEN !== undefined || BINARY !== undefined);

/** Why tests that kill or flush their Redis are skipped. */
export const withoutOwnRedis = need(BINARY !== undefined);

function need(isThere: boolean): string | undefined {
  if (isThere) return undefined;
  const reason = 'needs redis-server or valkey-server on PATH';
  if (process.env.REQUIRE_REAL_REDIS === '1') throw new Error(`REQUIRE_REAL_REDIS=1, but this ${reason}`);
  return reason;
}

/** The Redis that is given by REDIS_URL, else one of our own. */
export async function openRedis(): Promise<{ readonly url: string; close(): Promise<void> }> {
  if (GIVEN !== undefined) return { url: GIVEN, close: async () => undefined };
  const own = await ownRedis();
  await own.start();
  return { url: own.url, close: () => own.remove() };
}

/** A server that has not been started yet. */
export async function ownRedis(settings: readonly string[] = []): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'kp-redis-'));
  const socket = join(folder, 'redis.sock');
  let child: ChildProcess | undefined;

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  return {
    url: `unix://${socket}`,
    async start() {
      const persistence = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
      const place = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--maxmemory-policy', 'noeviction'];
      child = spawn(BINARY ?? 'redis-server', [...place, ...persistence, ...settings], { stdio: 'ignore' });
      const client = new Redis(socket, { retryStrategy: () => 20, maxRetriesPerRequest: null });
      client.on('error', () => undefined);
      await client.ping();
      client.disconnect();
    },
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async remove() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}
