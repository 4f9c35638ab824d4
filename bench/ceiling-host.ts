/** A host for bench/ceiling.ts, in a process of its own: it enforces an allowance, and may become slow under load. */

import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';

export const hostSetup = z.object({
  latencyMs: z.number(),
  /** How many requests it has in a window, and how long that is. */
  limit: z.number(),
  periodMs: z.number(),
  /** From which second on it works on how many at once; the others queue. Empty: on all. */
  capacities: z.array(z.object({ fromSecond: z.number(), capacity: z.number() })),
});

export type HostSetup = z.infer<typeof hostSetup>;

function serve({ latencyMs, limit, periodMs, capacities }: HostSetup) {
  const start = performance.now();
  const busyUntil: number[] = [];
  let window = 0;
  let used = 0;

  /** When the answer to a request that comes now is ready. */
  function readyAt(now: number): number {
    const capacity = capacities.findLast(({ fromSecond }) => now - start >= fromSecond * 1000)?.capacity;
    if (capacity === undefined) return now + latencyMs;
    while (busyUntil.length < capacity) busyUntil.push(now);
    busyUntil.sort((a, b) => a - b).splice(capacity);
    busyUntil[0] = Math.max(now, busyUntil[0] ?? now) + latencyMs;
    return busyUntil[0];
  }

  function take(now: number): { status: number; headers: Record<string, string> } {
    const current = Math.floor((now - start) / periodMs);
    if (current !== window) used = 0;
    window = current;
    const status = used >= limit ? 429 : 200;
    if (status === 200) used += 1;
    const resetS = Math.ceil(((window + 1) * periodMs - (now - start)) / 1000);
    const headers = {
      'content-type': 'application/json',
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(limit - used),
      'x-ratelimit-reset': String(resetS),
    };
    return { status, headers };
  }

  return createServer(async (request, response) => {
    await read(request);
    const now = performance.now();
    const { status, headers } = take(now);
    setTimeout(() => response.writeHead(status, headers).end('{}'), readyAt(now) - now);
  });
}

async function read(request: IncomingMessage): Promise<void> {
  for await (const _ of request);
}

process.once('message', (message) => {
  const server = serve(hostSetup.parse(message));
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    process.send?.({ answer: `http://127.0.0.1:${port}` });
  });
});
