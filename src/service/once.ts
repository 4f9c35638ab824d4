import { randomUUID } from 'node:crypto';
import type { Settings } from '../config/settings.ts';
import { Deadline } from '../core/deadline.ts';
import type { RunReport } from '../core/report.ts';
import { createParts } from './parts.ts';
import { createRunWorker } from './run-worker.ts';
import { STOP_MS } from './stop-time.ts';

/** `EVENT_LISTENER=ONCE`: one resync, shown on Port's screens like any other, and the end. No HTTP, no Redis. */
export async function runOnceAndReport(
  settings: Settings,
  env: NodeJS.Dict<string>,
  signal: AbortSignal,
): Promise<RunReport> {
  const parts = await createParts(settings, env);
  await parts.reporter.start({ othersMayRun: false });
  const schedule = { nextResync: async () => null, intervalMinutes: null };
  const order = { mode: 'resync', trigger: 'start', kinds: [], approveDeletions: [] } as const;
  const work = createRunWorker(parts, schedule);
  return work(randomUUID(), order, signal, () => undefined).finally(() => parts.close(new Deadline(STOP_MS / 2)));
}
