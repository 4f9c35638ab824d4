import { secretsOf } from '../compose.ts';
import { loadSettings, type Settings, SettingsError } from '../config/settings.ts';
import { AppError, messageOf } from '../core/errors.ts';
import { redactor } from '../core/redact.ts';
import type { RunReport } from '../core/report.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { complain, printJson } from './output.ts';

export const EXIT = { done: 0, failed: 1, attention: 2, interrupted: 130, terminated: 143 } as const;

/** The exit code that a run's verdict stands for. */
export function exitCodeOf({ status }: RunReport): number {
  if (status === 'completed') return EXIT.done;
  return status === 'failed' || status === 'aborted' ? EXIT.failed : EXIT.attention;
}

/** What a command that was asked to stop exits with; undefined while nobody asked. */
export interface Interruption {
  readonly signal: AbortSignal;
  exitCode(): number | undefined;
}

/** Turns Ctrl-C and SIGTERM into one AbortSignal. The second Ctrl-C ends the process at once. */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  let code: number | undefined;
  const stop = (exitCode: number) => () => {
    if (code !== undefined) process.exit(exitCode);
    code = exitCode;
    complain('Stopping: what is under way is finished or taken back; once more to stop at once.');
    controller.abort(new DOMException('The run was stopped', 'AbortError'));
  };
  process.on('SIGINT', stop(EXIT.interrupted));
  process.on('SIGTERM', stop(EXIT.terminated));
  return { signal: controller.signal, exitCode: () => code };
}

/** The settings, and a logger that knows their secrets. */
export function start(): { settings: Settings; logger: Logger } {
  const settings = loadSettings(process.env);
  const logger = createLogger({ level: settings.logLevel, format: settings.logFormat, secrets: secretsOf(settings) });
  for (const warning of settings.warnings) logger.warn({ detail: warning }, 'settings');
  return { settings, logger };
}

/**
 * Runs a command and sets the exit code. An error that we know is one line per problem, without a stack.
 * @param json whether the answer, also a failure, must be one JSON document on stdout
 */
export async function runCommand(json: boolean, command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    process.exitCode = EXIT.failed;
    const problems = problemsOf(error).map(({ code, message }) => ({
      code,
      severity: 'error',
      message: hideSecrets(message),
      count: 1,
      samples: [],
    }));
    for (const { message } of problems) complain(message);
    if (json) printJson({ status: 'failed', problems });
    if (!(error instanceof AppError))
      complain(`This is a bug in komodor-port. ${hideSecrets(error instanceof Error ? (error.stack ?? '') : '')}`);
  }
}

function problemsOf(error: unknown): readonly { code: string; message: string }[] {
  if (error instanceof SettingsError)
    return error.problems.map(({ name, message }) => ({ code: error.code, message: `${name} ${message}` }));
  return [{ code: error instanceof AppError ? error.code : 'unexpected', message: messageOf(error) }];
}

/** Errors outside a run have no logger around them; the environment's own secrets are hidden all the same. */
function hideSecrets(text: string): string {
  const names = Object.keys(process.env).filter((name) => /key|secret|token|password|redis_url/i.test(name));
  return redactor(names.map((name) => process.env[name]))(text);
}
