import { createRequire } from 'node:module';
import { type Logger as PinoLogger, pino } from 'pino';
import { escapeControlCharactersInJson } from '../core/control-characters.ts';
import { redactor } from '../core/redact.ts';
import { createLineWriter } from './line-writer.ts';

export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly level: string;
  readonly format: 'auto' | 'json' | 'pretty';
  /** Values that must never appear in a line. */
  readonly secrets: readonly (string | undefined)[];
  /** Also gets every line, as redacted JSON (for sending the log to Port). */
  readonly tap?: (line: string) => void;
}

/** Logs to stderr, because stdout is for a command's output. Every line is redacted. */
export function createLogger({ level, format, secrets, tap }: LoggerOptions): Logger {
  const redact = redactor(secrets);
  const isPretty = format === 'pretty' || (format === 'auto' && process.stderr.isTTY === true);
  const base = { level, base: null };
  const prettify = isPretty ? prettyPrinter() : undefined;
  const write = createLineWriter(process.stderr, (lost) =>
    logger.warn({ lost }, 'lines of the log could not be written, and are lost'),
  );
  const logger: Logger = pino(base, {
    write(line: string) {
      const safe = escapeControlCharactersInJson(redact(line));
      write(prettify === undefined ? safe : prettify(escapeAgain(safe)));
      tap?.(safe);
    },
  });
  return logger;
}

/** Loaded only where people read the lines: it takes a tenth of a second. */
function prettyPrinter(): (line: string) => string {
  const pretty: typeof import('pino-pretty') = createRequire(import.meta.url)('pino-pretty');
  return pretty.prettyFactory({
    colorize: process.stderr.isTTY === true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  });
}

/** Doubles JSON's escapes, so that the pretty printer, which parses the line, prints no control character. Keeps `\n`. */
function escapeAgain(json: string): string {
  return json.replace(/\\(?:[bfr]|u[0-9a-f]{4}|.)/gi, (found) => (/^\\[bfru]/.test(found) ? `\\${found}` : found));
}
