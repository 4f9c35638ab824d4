import type { Redis } from 'ioredis';
import type { QueueHealth } from '../core/run-queue.ts';

/** ioredis 6 speaks RESP3, which older servers do not. */
const OLDEST = [6, 0] as const;
/** The oldest that BullMQ recommends. */
const RECOMMENDED = [6, 2] as const;

/** Asks Redis for what matters to a queue, and judges it. @throws when Redis is away */
export async function checkRedis(redis: Redis): Promise<QueueHealth> {
  const [info, save] = await Promise.all([
    redis.info(),
    // Managed services forbid CONFIG.
    redis.config('GET', 'save').then(
      (answer) => (Array.isArray(answer) ? String(answer[1] ?? '') : undefined),
      () => undefined,
    ),
  ]);
  return judgeRedis(info, save);
}

/**
 * @param info what INFO says
 * @param save the setting `save` (snapshots; empty: none), undefined when we may not ask
 */
export function judgeRedis(info: string, save: string | undefined): QueueHealth {
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
  return { ready: wrong.length === 0, detail: wrong.length === 0 ? `Redis ${version}` : wrong.join('; '), advice };
}

function split(line: string, at: string): readonly [string, string] {
  const index = line.indexOf(at);
  return index < 0 ? [line, ''] : [line.slice(0, index), line.slice(index + 1)];
}

/** An unreadable version is not older: other servers that speak the protocol name theirs as they like. */
function isOlder(version: string, than: readonly [number, number]): boolean {
  const [major = Number.NaN, minor = 0] = version.split('.').map(Number);
  return major < than[0] || (major === than[0] && minor < than[1]);
}
