import { createRedisQueue } from '../../src/queue/redis-queue.ts';
import { HeldRuns, nothingLive } from './workers.ts';

// A replica in a process of its own, for tests that kill it. It says on stdout which run it has begun, and never ends it.
const [url = '', prefix = ''] = process.argv.slice(2);
const queue = createRedisQueue({ url, prefix, lockMs: 1_000, maintenanceMs: 200, log: () => undefined });
const runs = new HeldRuns();
await queue.start({
  run: (runId, order, signal, progress) => {
    process.stdout.write(`${runId}\n`);
    return runs.work(runId, order, signal, progress);
  },
  live: nothingLive,
});
