import { z } from 'zod';
import type { Mask } from './mask.ts';

/** A log line in the form of Port's audit log, serialized. */
export interface LogRecord {
  readonly text: string;
  readonly bytes: number;
  /** Has to be sent at once, because the process may be about to end. */
  readonly isFatal: boolean;
}

const MAX_MESSAGE = 8_000;
const MAX_RECORD_BYTES = 64 * 1024;

const line = z.looseObject({
  level: z.number().default(30),
  time: z.number().optional(),
  msg: z.string().default(''),
});

/** Our field names -> those by which Port filters its log. */
const PORT_NAMES: Readonly<Record<string, string>> = { runId: 'event_id', kind: 'resource_kind', phase: 'etl_phase' };

/**
 * Turns a line of our log into a record for Port. Masks every field, nested object, error and stack again.
 * @param text one JSON line
 * @param about fields for every record
 * @param now epoch milliseconds, for a line without a time
 * @returns undefined for a line that is marked `localOnly`
 */
export function toLogRecord(
  text: string,
  mask: Mask,
  about: { readonly [name: string]: unknown },
  now: number,
): LogRecord | undefined {
  const { level, time, msg, localOnly, ...fields } = readLine(text);
  if (localOnly === true) return undefined;
  const extra = { ...about, ...renamed(fields) };
  const record = {
    message: shorten(mask.text(msg)),
    level: levelName(level),
    timestamp: microseconds(time ?? now),
  };
  const whole = JSON.stringify({ ...record, extra: mask.value(extra) });
  const fits = Buffer.byteLength(whole) <= MAX_RECORD_BYTES;
  const sent = fits
    ? whole
    : JSON.stringify({ ...record, extra: mask.value({ ...about, ...scalars(extra), truncated: true }) });
  return { text: sent, bytes: Buffer.byteLength(sent), isFatal: level >= 60 };
}

function readLine(text: string): z.infer<typeof line> {
  try {
    return line.parse(JSON.parse(text));
  } catch {
    return { level: 30, msg: text.trim() };
  }
}

function renamed(fields: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  const entries = Object.entries(fields).map(([name, value]) => [PORT_NAMES[name] ?? name, value] as const);
  const stack = stackOf(fields.err) ?? stackOf(fields.error);
  return { ...Object.fromEntries(entries), ...(stack === undefined ? {} : { traceback: stack }) };
}

function stackOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('stack' in value)) return undefined;
  return typeof value.stack === 'string' ? value.stack : undefined;
}

/** Only the short values, for a record that is too long. */
function scalars(fields: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  const short = Object.entries(fields).filter(
    ([name, value]) =>
      name.length < 100 && (typeof value === 'string' ? value.length < 500 : typeof value !== 'object'),
  );
  return Object.fromEntries(short.slice(0, 50));
}

function levelName(level: number): 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'FATAL' {
  if (level >= 60) return 'FATAL';
  if (level >= 50) return 'ERROR';
  if (level >= 40) return 'WARNING';
  return level >= 30 ? 'INFO' : 'DEBUG';
}

/** `YYYY-MM-DDTHH:MM:SS.ffffffZ` */
function microseconds(time: number): string {
  const date = new Date(time);
  return (Number.isNaN(date.getTime()) ? new Date() : date).toISOString().replace('Z', '000Z');
}

function shorten(text: string): string {
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text;
}
