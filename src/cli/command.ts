import { secretsIn, secretsOf } from '../config/secrets.ts';
import { loadOfflineSettings, loadSettings, type Settings, SettingsError } from '../config/settings.ts';
import { AppError, messageOf } from '../core/errors.ts';
import { redactor } from '../core/redact.ts';
import type { Problem, RunReport } from '../core/report.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { printError, printJson } from './output.ts';

export const EXIT = { done: 0, failed: 1, attention: 2, interrupted: 130, terminated: 143 } as const;

/** The exit code for a run's status. */
export function exitCodeOf({ status }: RunReport): number {
  if (status === 'completed') return EXIT.done;
  return status === 'failed' || status === 'aborted' ? EXIT.failed : EXIT.attention;
}

/** The exit code of the signal that this process got; undefined: none. */
let stoppedWith: number | undefined;

/** Tells whether a command was asked to stop. `exitCode`: its exit code then; undefined as long as it was not. */
export interface Interruption {
  readonly signal: AbortSignal;
  exitCode(): number | undefined;
}

/**
 * Turns Ctrl-C and SIGTERM into one AbortSignal. A second Ctrl-C ends the process at once. An uncaught error does too;
 * it is printed here because Node would print it with secrets.
 */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  let code: number | undefined;
  const stop = (exitCode: number) => () => {
    if (code !== undefined) process.exit(exitCode);
    code = exitCode;
    stoppedWith = exitCode;
    printError('Stopping: what is under way is finished or taken back; once more to stop at once.');
    controller.abort(new DOMException('The run was stopped', 'AbortError'));
  };
  process.on('SIGINT', stop(EXIT.interrupted));
  process.on('SIGTERM', stop(EXIT.terminated));
  process.on('uncaughtException', (error) => {
    printFailure(error);
    process.exit(EXIT.failed);
  });
  return { signal: controller.signal, exitCode: () => code };
}

/** Loads the settings and creates a logger that redacts their secrets. */
export function loadSettingsAndLogger(): { settings: Settings; logger: Logger } {
  const settings = loadSettings(process.env);
  const secrets = secretsOf(settings, process.env);
  const logger = createLogger({ level: settings.logLevel, format: settings.logFormat, secrets });
  for (const warning of settings.warnings) logger.warn({ detail: warning }, 'settings');
  return { settings, logger };
}

/** Prints why a command failed. @returns the exit code */
export function endWithFailure(error: unknown, json: boolean): number {
  const isStopped = stoppedWith !== undefined && isAbort(error);
  const problems = isStopped ? [STOPPED] : printFailure(error);
  if (json) printJson({ status: isStopped ? 'aborted' : 'failed', problems });
  return stoppedWith ?? EXIT.failed;
}

const STOPPED: Problem = {
  code: 'aborted',
  severity: 'error',
  message: 'The command was stopped',
  count: 1,
  samples: [],
};

/** Whether an error, or what caused it, is that somebody stopped the command. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || isAbort(error.cause));
}

/** Prints an error on stderr, without secrets. @returns its problems for a JSON document */
export function printFailure(error: unknown): readonly Problem[] {
  const hide = redactor(knownSecrets());
  const problems = problemsOf(error).map(({ code, message }) => ({
    code,
    severity: 'error' as const,
    message: hide(message),
    count: 1,
    samples: [],
  }));
  for (const { message } of problems) printError(message);
  if (error instanceof SettingsError) for (const hint of error.hints) printError(hide(hint));
  if (!(error instanceof AppError))
    printError(`This is a bug in komodor-port. ${hide(error instanceof Error ? (error.stack ?? '') : '')}`);
  return problems;
}

function problemsOf(error: unknown): readonly Pick<Problem, 'code' | 'message'>[] {
  if (error instanceof SettingsError)
    return error.problems.map(({ name, message }) => ({ code: error.code, message: `${name} ${message}` }));
  return [{ code: error instanceof AppError ? error.code : 'unexpected', message: messageOf(error) }];
}

/**
 * Prints a usage error in one line on stderr, and with `--json` also as a document on stdout. It is redacted, because
 * somebody may have pasted a secret among the arguments.
 */
export function printUsageError(text: string): void {
  const line = redactor(knownSecrets())(text.trim().replaceAll(/\s*\n\s*/g, ' '));
  printError(`${line} (--help says what is possible)`);
  if (!process.argv.includes('--json')) return;
  const message = line.replace(/^error: /, '');
  const problem = { code: 'settings_invalid', severity: 'error', message, count: 1, samples: [] } satisfies Problem;
  printJson({ status: 'failed', problems: [problem] });
}

/** Secrets to redact in errors outside a run. It has to work before the settings are loaded. */
function knownSecrets(): readonly (string | undefined)[] {
  const names = Object.keys(process.env).filter((name) => /key|secret|token|password|redis_url/i.test(name));
  return [...names.map((name) => process.env[name]), ...secretsIn(process.env), ...settingsSecrets()];
}

/** Secrets in a `.env` file and in settings that are JSON; none if the settings are invalid. */
function settingsSecrets(): readonly string[] {
  try {
    return secretsOf(loadOfflineSettings(process.env), process.env);
  } catch {
    return [];
  }
}
