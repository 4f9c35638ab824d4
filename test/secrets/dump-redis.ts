import { brotliDecompressSync } from 'node:zlib';
import type { Redis } from 'ioredis';

/** Everything that a Redis holds, as text; also what is compressed there. */
export async function dumpRedis(client: Redis): Promise<string> {
  const lines: string[] = [];
  for await (const keys of client.scanStream()) {
    for (const key of keys as readonly string[]) lines.push(`${key} ${JSON.stringify(await contentOf(client, key))}`);
  }
  return lines.join('\n');
}

async function contentOf(client: Redis, key: string): Promise<unknown> {
  const type = await client.type(key);
  switch (type) {
    case 'string':
      return client.get(key);
    case 'hash':
      return readable(await client.hgetallBuffer(key));
    case 'list':
      return client.lrange(key, 0, -1);
    case 'set':
      return client.smembers(key);
    case 'zset':
      return client.zrange(key, '0', '-1');
    case 'stream':
      return client.xrange(key, '-', '+');
    case 'none':
      return 'has expired meanwhile';
    default:
      throw new Error(`A ${type} at ${key}`);
  }
}

/** The journal's pieces are compressed. */
function readable(fields: Readonly<Record<string, Buffer>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, unpacked(value)]));
}

function unpacked(value: Buffer): string {
  try {
    return brotliDecompressSync(value).toString();
  } catch {
    return value.toString();
  }
}
