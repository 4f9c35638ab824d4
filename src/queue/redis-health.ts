import type { Redis } from 'ioredis';
import type { QueueHealth } from '../core/run-queue.ts';
import { UNKNOWN_INFO } from './redis-client.ts';
import type { RedisKeys } from './redis-keys.ts';
import { findRefusals } from './redis-permissions.ts';

/** ioredis 6 uses RESP3, which older servers do not have. */
const OLDEST = [6, 0] as const;
/** The oldest that BullMQ recommends. */
const RECOMMENDED = [6, 2] as const;

const NO_INFO =
  'The Redis user may not use INFO, so the settings of Redis cannot be looked at: it needs maxmemory-policy noeviction and appendonly yes.';

/** Checks whether this Redis can do what the queue needs. @throws when Redis is away */
export async function checkRedis(redis: Redis, subscriber: Redis, keys: RedisKeys): Promise<QueueHealth> {
  const [refusals, info, save] = await Promise.all([
    findRefusals(redis, subscriber, keys),
    redis.info(),
    // Managed services forbid CONFIG.
    redis.config('GET', 'save').then(
      (answer) => (Array.isArray(answer) ? String(answer[1] ?? '') : undefined),
      () => undefined,
    ),
  ]);
  return assessRedis(info, save, refusals);
}

/**
 * @param info the answer to INFO
 * @param save the setting `save` (snapshots; empty: none); undefined when CONFIG is forbidden
 * @param refusals what `findRefusals` found
 */
export function assessRedis(info: string, save: string | undefined, refusals: readonly string[] = []): QueueHealth {
  if (info === UNKNOWN_INFO) return healthOf('Redis', refusals, [NO_INFO]);
  const fields = new Map(info.split(/\r?\n/).map((line) => split(line, ':')));
  const version = fields.get('redis_version') ?? '';
  const policy = fields.get('maxmemory_policy') ?? 'noeviction';
  const advice: string[] = [];
  const wrong: string[] = [];

  if (isOlder(version, OLDEST)) wrong.push(`Redis ${version} is too old; it must be 6.0 or newer`);
  else if (isOlder(version, RECOMMENDED)) advice.push(`Redis ${version} works, but 6.2 or newer is recommended.`);

  if (policy !== 'noeviction') {
    if (Number(fields.get('maxmemory') ?? 0) > 0) {
      wrong.push(`Redis throws data away when its memory is full (maxmemory-policy is ${policy}, must be noeviction)`);
    } else {
      advice.push(
        `Set maxmemory-policy to noeviction (it is ${policy}), so that jobs stay when a limit is set one day.`,
      );
    }
  }
  if (fields.get('role') === 'slave') wrong.push('this Redis is a read-only replica');
  if (fields.get('aof_enabled') === '0') {
    if (save === undefined) {
      advice.push('Whether Redis keeps its data over a restart cannot be seen; appendonly yes is recommended.');
    } else if (save === '') {
      advice.push('Redis keeps nothing over a restart: set appendonly yes, or waiting work is lost with it.');
    }
  }
  return healthOf(`Redis ${version}`, [...new Set([...wrong, ...refusals])], advice);
}

function healthOf(name: string, wrong: readonly string[], advice: readonly string[]): QueueHealth {
  return { ready: wrong.length === 0, detail: wrong.length === 0 ? name : `${name}: ${wrong.join('; ')}`, advice };
}

function split(line: string, at: string): readonly [string, string] {
  const index = line.indexOf(at);
  return index < 0 ? [line, ''] : [line.slice(0, index), line.slice(index + 1)];
}

/** A version that cannot be parsed is not older: compatible servers number theirs as they like. */
function isOlder(version: string, than: readonly [number, number]): boolean {
  const [major = Number.NaN, minor = 0] = version.split('.').map(Number);
  return major < than[0] || (major === than[0] && minor < than[1]);
}
