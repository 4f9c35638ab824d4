import { randomUUID } from 'node:crypto';
import type { Settings } from '../config/settings.ts';
import { Deadline } from '../core/deadline.ts';
import type { RunReport } from '../core/report.ts';
import { createComponents } from './components.ts';
import { createNotifications } from './notifications.ts';
import { createRunWorker } from './run-worker.ts';
import { STOP_MS } from './stop-time.ts';

/** How long the process waits for a notification to be taken, before it ends. */
const NOTIFY_MS = 10_000;

/** `EVENT_LISTENER=ONCE`: one resync, reported to Port like any other; then the process ends. No HTTP, no Redis. */
export async function runOnceAndReport(
  settings: Settings,
  env: NodeJS.Dict<string>,
  signal: AbortSignal,
): Promise<RunReport> {
  const components = await createComponents(settings, env);
  await components.reporter.start({ othersMayRun: false });
  const schedule = { nextResync: async () => null, intervalMinutes: null };
  const order = { mode: 'resync', trigger: 'start', kinds: [], approveDeletions: [] } as const;
  const notifier = createNotifications(settings, env, components, {
    exchange: async () => null,
    freshness: async () => ({ stalled: null, actions: [] }),
  });
  const work = createRunWorker(components, schedule, { notifier });
  return work(randomUUID(), order, signal, () => undefined).finally(async () => {
    await notifier?.close(NOTIFY_MS);
    await components.close(new Deadline(STOP_MS / 2));
  });
}
