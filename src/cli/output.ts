import { randomUUID } from 'node:crypto';
import { harmless, harmlessJson } from '../core/harmless.ts';
import type { RunReport } from '../core/report.ts';

/** Stands for the escape character until a line is printed. Text from outside cannot guess it. */
const MARK = `<${randomUUID()}>`;

/**
 * Prints one line to stdout, the place of a command's answer. Text from outside may be anywhere in it: a control
 * character, which a terminal would obey, is shown by its number.
 */
export function print(line = ''): void {
  process.stdout.write(`${harmless(line).replaceAll(MARK, '\u001b')}\n`);
}

/** Writes one JSON document to stdout. */
export function printJson(document: unknown): void {
  process.stdout.write(`${harmlessJson(JSON.stringify(document, null, 2))}\n`);
}

/** Writes to stderr, the place of everything that is not the answer. Only line ends stay as they are. */
export function complain(text: string): void {
  process.stderr.write(`${text.split('\n').map(harmless).join('\n')}\n`);
}

/**
 * Lets a command end quietly when nobody reads its answer any more (`… | head -1`), and in a sentence when the answer
 * cannot be written. What the command was doing is carried out all the same. To be called once, first of all.
 */
export function surviveLostOutput(): void {
  process.stderr.on('error', () => undefined);
  let isLost = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost) return;
    isLost = true;
    process.stdout.write = () => true;
    if (error.code === 'EPIPE') return;
    complain(`The answer could not be written to stdout: ${error.message}`);
    process.once('exit', () => {
      process.exitCode = 1;
    });
  });
}

/** How many columns there are to print in; without end where nobody looks at a terminal. */
function columns(): number {
  const asked = Number(process.env.COLUMNS);
  if (process.stdout.isTTY === true) return process.stdout.columns || 80;
  return Number.isInteger(asked) && asked > 0 ? asked : Number.POSITIVE_INFINITY;
}

/** Breaks text between words into lines of at most so many columns; a word that is longer is broken too. */
function wrap(text: string, width: number, indent = ''): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let rest = text;
  while (rest.length > width - line.length) {
    const room = width - line.length;
    const space = rest.lastIndexOf(' ', room);
    // Spaces before the first word are no place to break at.
    const at = space > rest.search(/\S/) ? space : room;
    lines.push(`${line}${rest.slice(0, at)}`);
    rest = rest.slice(at).trimStart();
    line = indent;
  }
  return [...lines, `${line}${rest}`];
}

/** Lines after the first one begin here at the latest, so that a long lead leaves them room. */
const DEEPEST_INDENT = 10;

/** Prints text after a lead, in as many lines as it needs; the later ones are indented. */
export function printWrapped(lead: string, text: string, paintLead = plain, paintText = plain): void {
  const indent = ' '.repeat(Math.min(lead.length, DEEPEST_INDENT));
  const width = Math.max(20, columns());
  const [first = '', ...rest] = wrap(`${lead}${harmless(text)}`, width, indent);
  print(`${paintLead(lead)}${paintText(first.slice(lead.length))}`);
  for (const line of rest) print(`${indent}${paintText(line.slice(indent.length))}`);
}

const isColored = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (code: number) => (text: string) => (isColored ? `${MARK}[${code}m${text}${MARK}[0m` : text);
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
