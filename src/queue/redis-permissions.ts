import type { Redis } from 'ioredis';
import { isForbidden } from './redis-client.ts';
import type { RedisKeys } from './redis-keys.ts';
import { RedisScript } from './redis-script.ts';

/**
 * Every command that we, our scripts and BullMQ's scripts send, with arguments that change nothing: the test key holds a
 * string, so most commands fail with WRONGTYPE. Redis checks permissions, memory and read-only mode before the type.
 * `KEY` and `NEWS` stand for the test key and the channel.
 */
export const REQUIRED_COMMANDS: readonly (readonly string[])[] = [
  ...[
    'GET KEY',
    'EXISTS KEY',
    'PTTL KEY',
    'PERSIST KEY',
    'PEXPIRE KEY 60000',
    'DEL KEY:none',
    'TIME',
    'PUBLISH NEWS {}',
  ],
  ...['INCR KEY', 'INCRBY KEY 1', 'DECRBY KEY 1'],
  ...['HSET KEY f 1', 'HMSET KEY f 1', 'HSETNX KEY f 1', 'HINCRBY KEY f 1', 'HDEL KEY f', 'HGET KEY f', 'HMGET KEY f'],
  ...['HGETALL KEY', 'HEXISTS KEY f', 'HKEYS KEY', 'HLEN KEY'],
  ...['SADD KEY m', 'SREM KEY m', 'SMEMBERS KEY', 'SCARD KEY'],
  ...['ZADD KEY 1 m', 'ZREM KEY m', 'ZREMRANGEBYRANK KEY 0 0', 'ZPOPMIN KEY', 'ZCARD KEY', 'ZSCORE KEY m'],
  ...['ZRANGE KEY 0 0', 'ZRANGEBYSCORE KEY 0 0', 'ZREVRANGE KEY 0 0', 'ZREVRANGEBYSCORE KEY 0 0'],
  ...['LPUSH KEY m', 'RPUSH KEY m', 'RPOPLPUSH KEY KEY', 'LREM KEY 1 m', 'LLEN KEY', 'LPOS KEY m', 'LRANGE KEY 0 0'],
  ...['XADD KEY * f 1', 'XTRIM KEY MAXLEN 0'],
].map((line) => line.split(' '));

/** number of words, words… -> { command, error, … } of the commands that failed. Only the first SET writes. */
const TRY_COMMANDS = new RedisScript(`
local failed = {}
local function try(...)
  local answer = redis.pcall(...)
  if type(answer) == 'table' and answer.err then
    failed[#failed + 1] = (...)
    failed[#failed + 1] = answer.err
  end
end
try('SET', KEYS[1], 'probe', 'PX', 60000)
local at = 1
while at <= #ARGV do
  local count = tonumber(ARGV[at])
  try(unpack(ARGV, at + 1, at + count))
  at = at + count + 1
end
return failed
`);

/** Tries all commands. Returns why the queue cannot work with this Redis, as sentences without a full stop; else nothing. */
export async function findRefusals(redis: Redis, subscriber: Redis, keys: RedisKeys): Promise<readonly string[]> {
  const args = REQUIRED_COMMANDS.flatMap((words) => [
    words.length,
    ...words.map((word) => word.replace(/^KEY\b/, keys.permissionTest).replace(/^NEWS$/, keys.channel)),
  ]);
  const outcomes = await Promise.all([
    failuresOf('EVALSHA', TRY_COMMANDS.run(redis, [keys.permissionTest], args), pairs),
    // The script above may be cached in Redis; one that is not needs EVAL.
    failuresOf('EVAL', redis.eval('return 1', 0)),
    failuresOf('MULTI', redis.multi().exists(keys.permissionTest).exec()),
    failuresOf('BZPOPMIN', redis.bzpopmin(keys.permissionTest, 0.01)),
    failuresOf('SUBSCRIBE', subscriber.subscribe(keys.channel)),
  ]);
  return reasons(outcomes.flat(), keys);
}

interface Failure {
  readonly command: string;
  readonly error: string;
}

async function failuresOf(
  command: string,
  work: Promise<unknown>,
  within: (answer: unknown) => readonly Failure[] = () => [],
): Promise<readonly Failure[]> {
  try {
    return within(await work);
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError')
      return [{ command: nameIn(error, command), error: error.message }];
    throw error;
  }
}

function pairs(answer: unknown): readonly Failure[] {
  const texts = Array.isArray(answer) ? answer.map(String) : [];
  return texts.flatMap((command, index) => (index % 2 === 0 ? [{ command, error: texts[index + 1] ?? '' }] : []));
}

/** The command that the error names: a refused EVALSHA may be about EVAL, and MULTI about EXEC. */
function nameIn(error: Error, otherwise: string): string {
  return /(?:unknown command |')['`]?(\w+)'/.exec(error.message)?.[1]?.toUpperCase() ?? otherwise;
}

function reasons(failures: readonly Failure[], { prefix, channel }: RedisKeys): readonly string[] {
  // WRONGTYPE and the like come from the test key itself and mean that the command is allowed.
  const real = failures.filter(({ error }) => !/WRONGTYPE|not an integer|because of previous errors/.test(error));
  const found = new Set<string>();
  const forbidden = new Set<string>();
  for (const { command, error } of real) {
    if (/channel/i.test(error)) found.add(`its user may not use the channel ${channel} (ACL: &komodor-port-*)`);
    else if (/access .*\bkeys?\b/i.test(error))
      found.add(`its user may not use the keys ${prefix}:* (ACL: ~komodor-port-*)`);
    else if (/unknown/i.test(error)) found.add(`it has no command ${command}`);
    else if (isForbidden(error) || error.includes('EXEC without MULTI')) forbidden.add(command.toLowerCase());
    else if (/\bOOM\b/.test(error)) found.add('it is full: more maxmemory is needed, or fewer keys');
    else if (/READONLY/.test(error)) found.add('this Redis is a read-only replica');
    else found.add(`it answers ${error.replace(/\.$/, '')}`);
  }
  if (forbidden.size > 0) {
    const names = [...forbidden];
    found.add(
      `its user may not use ${names.join(', ').toUpperCase()} (ACL: ${names.map((name) => `+${name}`).join(' ')})`,
    );
  }
  return [...found];
}
