import { secretsIn, secretsOf } from '../config/secrets.ts';
import { loadOfflineSettings, loadSettings, type Settings, SettingsError } from '../config/settings.ts';
import { AppError, messageOf } from '../core/errors.ts';
import { redactor } from '../core/redact.ts';
import type { Problem, RunReport } from '../core/report.ts';
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

/**
 * Turns Ctrl-C and SIGTERM into one AbortSignal. The second Ctrl-C ends the process at once; so does an error that nobody
 * caught, which Node would print with everything in it.
 */
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
  process.on('uncaughtException', (error) => {
    tellFailure(error);
    process.exit(EXIT.failed);
  });
  return { signal: controller.signal, exitCode: () => code };
}

/** The settings, and a logger that knows their secrets. */
export function start(): { settings: Settings; logger: Logger } {
  const settings = loadSettings(process.env);
  const secrets = secretsOf(settings, process.env);
  const logger = createLogger({ level: settings.logLevel, format: settings.logFormat, secrets });
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
    const problems = tellFailure(error);
    if (json) printJson({ status: 'failed', problems });
  }
}

/** Says on stderr what went wrong, without secrets. @returns the same for a document */
export function tellFailure(error: unknown): readonly Problem[] {
  const hide = redactor(secretsAround());
  const problems = problemsOf(error).map(({ code, message }) => ({
    code,
    severity: 'error' as const,
    message: hide(message),
    count: 1,
    samples: [],
  }));
  for (const { message } of problems) complain(message);
  if (error instanceof SettingsError) for (const hint of error.hints) complain(hide(hint));
  if (!(error instanceof AppError))
    complain(`This is a bug in komodor-port. ${hide(error instanceof Error ? (error.stack ?? '') : '')}`);
  return problems;
}

function problemsOf(error: unknown): readonly Pick<Problem, 'code' | 'message'>[] {
  if (error instanceof SettingsError)
    return error.problems.map(({ name, message }) => ({ code: error.code, message: `${name} ${message}` }));
  return [{ code: error instanceof AppError ? error.code : 'unexpected', message: messageOf(error) }];
}

/**
 * Says on stderr, in one line, what is wrong with the words of a command; where one JSON document was asked for, in that too.
 * Somebody may have pasted a secret among them.
 */
export function complainOfUsage(text: string): void {
  const line = redactor(secretsAround())(text.trim().replaceAll(/\s*\n\s*/g, ' '));
  complain(`${line} (--help says what is possible)`);
  if (!process.argv.includes('--json')) return;
  const message = line.replace(/^error: /, '');
  const problem = { code: 'settings_invalid', severity: 'error', message, count: 1, samples: [] } satisfies Problem;
  printJson({ status: 'failed', problems: [problem] });
}

/** Errors outside a run have no logger around them, and may come before there are any settings. */
function secretsAround(): readonly (string | undefined)[] {
  const names = Object.keys(process.env).filter((name) => /key|secret|token|password|redis_url/i.test(name));
  return [...names.map((name) => process.env[name]), ...secretsIn(process.env), ...settingsSecrets()];
}

/** Those in a `.env` file and in settings that are JSON; none while the settings cannot be used. */
function settingsSecrets(): readonly string[] {
  try {
    return secretsOf(loadOfflineSettings(process.env), process.env);
  } catch {
    return [];
  }
}
