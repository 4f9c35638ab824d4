import { type Logger as PinoLogger, pino } from 'pino';
import pretty from 'pino-pretty';
import { redactor } from './redact.ts';

export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly level: string;
  readonly format: 'auto' | 'json' | 'pretty';
  /** Values that must never be seen in a line. */
  readonly secrets: readonly (string | undefined)[];
}

/** Logs to stderr: stdout belongs to what a command answers. Every finished line passes the redactor. */
export function createLogger({ level, format, secrets }: LoggerOptions): Logger {
  const redact = redactor(secrets);
  const out = { write: (line: string) => void process.stderr.write(redact(line)) };
  const isPretty = format === 'pretty' || (format === 'auto' && process.stderr.isTTY === true);
  const base = { level, base: null };
  if (!isPretty) return pino(base, out);
  const prettify = pretty.prettyFactory({ colorize: process.stderr.isTTY === true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' });
  return pino(base, { write: (line: string) => out.write(prettify(line)) });
}
