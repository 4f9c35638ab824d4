import closeWithGrace from 'close-with-grace';
import { loadSettings, type Settings } from '../config/settings.ts';
import { Deadline } from '../core/deadline.ts';
import { STOP_MS } from '../service/stop-time.ts';
import { EXIT, exitCodeOf, onInterrupt, printFailure } from './command.ts';
import { printError } from './output.ts';

/** After this the process is killed. The service stops earlier. */
const GRACE_MS = 10_000;

interface StartOptions {
  /** With EVENT_LISTENER=ONCE: 0 also for a resync that is degraded or blocked, which no repetition and no rollback mends. */
  readonly attentionOk?: boolean;
}

/** `start`: runs the service until SIGTERM, or one resync with EVENT_LISTENER=ONCE. @returns the exit code */
export async function start({ attentionOk = false }: StartOptions = {}): Promise<number> {
  const settings = loadSettings(process.env);
  return settings.eventListener === 'ONCE' ? startOnce(settings, attentionOk) : startUntilStopped(settings);
}

async function startOnce(settings: Settings, attentionOk: boolean): Promise<number> {
  const interruption = onInterrupt();
  const { runOnceAndReport } = await import('../service/once.ts');
  const report = await runOnceAndReport(settings, process.env, interruption.signal);
  const code = exitCodeOf(report);
  return interruption.exitCode() ?? (attentionOk && code === EXIT.attention ? EXIT.done : code);
}

async function startUntilStopped(settings: Settings): Promise<number> {
  // A dynamic import, because loading takes a while and signals must be handled from the start.
  const starting = import('../service/service.ts').then(({ startService }) => startService(settings, process.env));
  await new Promise<void>((resolve, reject) => {
    // Before the service has started, because a run may begin earlier.
    const grace = closeWithGrace({ delay: GRACE_MS, logger: { error: printError } }, async ({ err }) => {
      // Print the error first, because stopping may hang or fail.
      if (err) printFailure(err);
      const deadline = new Deadline(STOP_MS);
      // If the service has not started in this time, no run has begun, and there is nothing to stop.
      if (await deadline.wait(starting, STOP_MS / 2)) await (await starting).stop(deadline);
      if (err) reject(err);
      else resolve();
    });
    starting.catch((error: unknown) => {
      // close-with-grace would end the process with exit code 0.
      grace.uninstall();
      reject(error);
    });
  });
  return EXIT.done;
}
