import closeWithGrace from 'close-with-grace';
import { loadSettings, type Settings } from '../config/settings.ts';
import { Deadline } from '../core/deadline.ts';
import { STOP_MS } from '../service/stop-time.ts';
import { EXIT, exitCodeOf, onInterrupt, tellFailure } from './command.ts';
import { complain } from './output.ts';

/** A last resort: the service stops before this. */
const GRACE_MS = 10_000;

/** `start`: the service until SIGTERM, or one resync with EVENT_LISTENER=ONCE. @returns the exit code */
export async function start(): Promise<number> {
  const settings = loadSettings(process.env);
  return settings.eventListener === 'ONCE' ? startOnce(settings) : startForGood(settings);
}

async function startOnce(settings: Settings): Promise<number> {
  const interruption = onInterrupt();
  const { runOnceAndReport } = await import('../service/once.ts');
  const report = await runOnceAndReport(settings, process.env, interruption.signal);
  return interruption.exitCode() ?? exitCodeOf(report);
}

async function startForGood(settings: Settings): Promise<number> {
  // Loaded once the signals are listened to, for that takes a while.
  const starting = import('../service/service.ts').then(({ startService }) => startService(settings, process.env));
  await new Promise<void>((resolve, reject) => {
    // From the first moment: a run may begin before everything else has started.
    const grace = closeWithGrace({ delay: GRACE_MS, logger: { error: complain } }, async ({ err }) => {
      // First of all: whatever is done next may hang or fail.
      if (err) tellFailure(err);
      const deadline = new Deadline(STOP_MS);
      // One that cannot even start in this time has begun nothing.
      if (await deadline.wait(starting, STOP_MS / 2)) await (await starting).stop(deadline);
      if (err) reject(err);
      else resolve();
    });
    starting.catch((error: unknown) => {
      // It would end the process with 0 as soon as nothing is left to do.
      grace.uninstall();
      reject(error);
    });
  });
  return EXIT.done;
}
