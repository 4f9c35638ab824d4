import { randomUUID } from 'node:crypto';
import { escapeControlCharacters, escapeControlCharactersInJson } from '../core/control-characters.ts';
import type { RunReport } from '../core/report.ts';

/** Replaced by the escape character when a line is printed. It is random, so that text from outside cannot contain it. */
const ESCAPE_PLACEHOLDER = `<${randomUUID()}>`;

/**
 * Prints one line to stdout, which is for a command's output. Control characters in text from outside are printed as
 * numbers, so that they cannot control the terminal.
 */
export function print(line = ''): void {
  process.stdout.write(`${escapeControlCharacters(line).replaceAll(ESCAPE_PLACEHOLDER, '\u001b')}\n`);
}

/** Writes one JSON document to stdout. */
export function printJson(document: unknown): void {
  process.stdout.write(`${escapeControlCharactersInJson(JSON.stringify(document, null, 2))}\n`);
}

/** Prints to stderr, which is for everything but the output. Control characters are printed as numbers, except line ends. */
export function printError(text: string): void {
  process.stderr.write(`${text.split('\n').map(escapeControlCharacters).join('\n')}\n`);
}

/**
 * Handles errors of stdout. If nobody reads it any more (`… | head -1`), the command finishes silently; if it cannot be
 * written, an error is printed. In both cases the command finishes its work. To be called once, at the start.
 */
export function handleClosedOutput(): void {
  process.stderr.on('error', () => undefined);
  let isLost = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost) return;
    isLost = true;
    process.stdout.write = () => true;
    if (error.code === 'EPIPE') return;
    printError(`The answer could not be written to stdout: ${error.message}`);
    process.once('exit', () => {
      process.exitCode = 1;
    });
  });
}

/** The width of the terminal; infinite if stdout is not a terminal. COLUMNS overrides that. */
function columns(): number {
  const asked = Number(process.env.COLUMNS);
  if (process.stdout.isTTY === true) return process.stdout.columns || 80;
  return Number.isInteger(asked) && asked > 0 ? asked : Number.POSITIVE_INFINITY;
}

/** Wraps text at spaces into lines of at most `width` columns. A longer word is broken. */
function wrap(text: string, width: number, indent = ''): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let rest = text;
  while (rest.length > width - line.length) {
    const room = width - line.length;
    const space = rest.lastIndexOf(' ', room);
    // Do not break at the spaces before the first word.
    const at = space > rest.search(/\S/) ? space : room;
    lines.push(`${line}${rest.slice(0, at)}`);
    rest = rest.slice(at).trimStart();
    line = indent;
  }
  return [...lines, `${line}${rest}`];
}

/** The largest indent of the later lines, so that a long label leaves them room. */
const MAX_INDENT = 10;

/** Prints a label and a text after it, wrapped. Later lines are indented by the label's length. */
export function printWrapped(label: string, text: string, paintLabel = plain, paintText = plain): void {
  const indent = ' '.repeat(Math.min(label.length, MAX_INDENT));
  const width = Math.max(20, columns());
  const [first = '', ...rest] = wrap(`${label}${escapeControlCharacters(text)}`, width, indent);
  print(`${paintLabel(label)}${paintText(first.slice(label.length))}`);
  for (const line of rest) print(`${indent}${paintText(line.slice(indent.length))}`);
}

const isColored = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (code: number) => (text: string) =>
  isColored ? `${ESCAPE_PLACEHOLDER}[${code}m${text}${ESCAPE_PLACEHOLDER}[0m` : text;
export const plain = (text: string): string => text;
export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);

const STATUS_COLOR = { completed: green, degraded: yellow, blocked: yellow, failed: red, aborted: red };

/** A status word in its color. */
export function paintStatus(status: RunReport['status']): string {
  return STATUS_COLOR[status](status);
}
