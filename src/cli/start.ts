import closeWithGrace from 'close-with-grace';
import { loadSettings, type Settings } from '../config/settings.ts';
import { runOnceAndReport } from '../service/once.ts';
import { startService } from '../service/service.ts';
import { EXIT, exitCodeOf, onInterrupt, tellFailure } from './command.ts';
import { complain } from './output.ts';

/** Longer than any part of the service takes to stop, shorter than an orchestrator's patience. */
const GRACE_MS = 10_000;

/** `start`: the service until SIGTERM, or one resync with EVENT_LISTENER=ONCE. @returns the exit code */
export async function start(): Promise<number> {
  const settings = loadSettings(process.env);
  return settings.eventListener === 'ONCE' ? startOnce(settings) : startForGood(settings);
}

async function startOnce(settings: Settings): Promise<number> {
  const interruption = onInterrupt();
  const report = await runOnceAndReport(settings, process.env, interruption.signal);
  return interruption.exitCode() ?? exitCodeOf(report);
}

async function startForGood(settings: Settings): Promise<number> {
  const starting = startService(settings, process.env);
  await new Promise<void>((resolve, reject) => {
    starting.catch(reject);
    // From the first moment: a run may begin before everything else has started.
    closeWithGrace({ delay: GRACE_MS, logger: { error: complain } }, async ({ err }) => {
      // First of all: whatever is done next may hang or fail.
      if (err) tellFailure(err);
      const service = await starting;
      await service.stop();
      if (err) reject(err);
      else resolve();
    });
  });
  return EXIT.done;
}
