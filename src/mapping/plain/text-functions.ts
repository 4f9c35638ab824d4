import { patternOf } from './pattern.ts';
import { type One, one } from './plain.ts';
import { listIn, textIn, undecided } from './values.ts';

/** jq writes it as an escape, JavaScript does not. */
const DELETE = '\u007f';
const ESCAPED_GROWTH = 8;
const DATE_GROWTH = 20;
/** 9999-12-31, behind which the forms of a year differ. */
const END_OF_DATES = 253_402_300_800;

function onText(run: (text: string) => unknown): One {
  return one((input) => run(textIn(input)));
}

/** `tostring`, and what is done to what stands in `\( … )`. */
export const TO_TEXT: One = one((value) => {
  if (typeof value === 'string') return value;
  const text = JSON.stringify(value);
  return text.includes(DELETE) ? undecided() : text;
}, ESCAPED_GROWTH);

/** Functions on a text without arguments. */
export const TEXT_FUNCTIONS: ReadonlyMap<string, One> = new Map([
  ['ascii_downcase', onText((text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()))],
  ['ascii_upcase', onText((text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()))],
  ['tostring', TO_TEXT],
  ['tonumber', one((input) => (typeof input === 'number' ? input : numberIn(textIn(input))))],
  ['todate', one(todate, DATE_GROWTH)],
]);

/** Functions on a text with a text as argument. Undefined when it is none that is known to mean the same here. */
export const TEXT_ARGUMENT_FUNCTIONS: ReadonlyMap<string, (argument: string) => One | undefined> = new Map([
  ['startswith', (start: string) => onText((text) => text.startsWith(start))],
  ['endswith', (end: string) => onText((text) => text.endsWith(end))],
  ['ltrimstr', (start: string) => onText((text) => (text.startsWith(start) ? text.slice(start.length) : text))],
  [
    'rtrimstr',
    (end: string) => onText((text) => (text.endsWith(end) ? text.slice(0, text.length - end.length) : text)),
  ],
  ['contains', (part: string) => onText((text) => text.includes(part))],
  ['split', (separator: string) => (separator === '' ? undefined : onText((text) => splitText(text, separator)))],
  ['join', (separator: string) => one((input) => join(listIn(input), separator), separator.length + 1)],
  ['test', test],
]);

function splitText(text: string, separator: string): readonly string[] {
  return text === '' ? [] : text.split(separator);
}

function join(list: readonly unknown[], separator: string): string {
  return list.map((member) => (member === null ? '' : isScalar(member) ? String(member) : undecided())).join(separator);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function numberIn(text: string): number {
  return /^(?:0|-?[1-9]\d{0,14})$/.test(text) ? Number(text) : undecided();
}

function todate(value: unknown): string {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= END_OF_DATES) return undecided();
  return `${new Date(value * 1000).toISOString().slice(0, -'.000Z'.length)}Z`;
}

function test(source: string): One | undefined {
  const pattern = patternOf(source);
  if (pattern === undefined) return undefined;
  const expression = new RegExp(pattern.source);
  return onText((text) => (pattern.takes(text) ? expression.test(text) : undecided()));
}

/** `sub` and `gsub` with a text as replacement. */
export function substitution(source: string, replacement: string, flags: '' | 'g'): One | undefined {
  const pattern = patternOf(source);
  // Where an empty text is found again differs between engines.
  if (pattern === undefined || pattern.matchesNothing) return undefined;
  const expression = new RegExp(pattern.source, flags);
  return one((input) => {
    const text = textIn(input);
    return pattern.takes(text) ? text.replace(expression, () => replacement) : undecided();
  }, replacement.length + 1);
}
