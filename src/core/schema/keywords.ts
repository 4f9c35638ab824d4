import { canonicalJson } from '../canonical-json.ts';
import { COMBINING } from './combining.ts';
import { FORMATS } from './formats.ts';
import type { Keyword, KeywordCheck } from './keyword.ts';
import { patternTest } from './pattern.ts';
import { STRUCTURES } from './structures.ts';
import { describe, isObject } from './values.ts';

const NAMED_VALUES = 20;

/** The keywords, the simplest first. Only the first complaint about a value is reported. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['type', type],
  ['enum', (limit) => (Array.isArray(limit) ? oneOf(limit) : undefined)],
  ['const', (limit, schema) => (Object.hasOwn(schema, 'const') ? oneOf([limit]) : undefined)],
  [
    'minLength',
    text((limit, length) => (length < limit ? `has ${length} characters, at least ${limit} are needed` : '')),
  ],
  [
    'maxLength',
    text((limit, length) => (length > limit ? `has ${length} characters, at most ${limit} are allowed` : '')),
  ],
  ['format', format],
  ['pattern', pattern],
  ['minimum', number((limit, value) => (value < limit ? `is less than ${limit}` : ''))],
  ['maximum', number((limit, value) => (value > limit ? `is more than ${limit}` : ''))],
  ['exclusiveMinimum', number((limit, value) => (value <= limit ? `is not more than ${limit}` : ''))],
  ['exclusiveMaximum', number((limit, value) => (value >= limit ? `is not less than ${limit}` : ''))],
  ['multipleOf', number((limit, value) => (Number.isInteger(value / limit) ? '' : `is no multiple of ${limit}`))],
  ...STRUCTURES,
  ...COMBINING,
]);

function type(limit: unknown): KeywordCheck | undefined {
  const types = (Array.isArray(limit) ? limit : [limit]).filter((name) => typeof name === 'string');
  const tests = types.flatMap((name) => TYPES.get(name) ?? []);
  if (tests.length === 0 || tests.length < types.length) return undefined;
  return (value) => {
    for (const test of tests) if (test(value)) return undefined;
    return `expected ${types.join(' or ')}, got ${describe(value)}`;
  };
}

const TYPES: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['string', (value) => typeof value === 'string'],
  ['number', (value) => Number.isFinite(value)],
  ['integer', (value) => Number.isInteger(value)],
  ['boolean', (value) => typeof value === 'boolean'],
  ['array', (value) => Array.isArray(value)],
  ['object', isObject],
  ['null', (value) => value === null],
]);

function oneOf(values: readonly unknown[]): KeywordCheck {
  const known = new Set(values.map(canonicalJson));
  const texts = new Set(values.filter((value) => typeof value === 'string'));
  const named = values
    .slice(0, NAMED_VALUES)
    .map((value) => (typeof value === 'string' ? value : canonicalJson(value)));
  const list = `${named.join(', ')}${values.length > NAMED_VALUES ? ', …' : ''}`;
  const isKnown = (value: unknown) => (typeof value === 'string' ? texts.has(value) : known.has(canonicalJson(value)));
  return (value) => (isKnown(value) ? undefined : `${describe(value)} is not one of ${list}`);
}

/** A limit of a text's length, in characters (code points). */
function text(complaint: (limit: number, length: number) => string): Keyword {
  return (limit) => {
    if (typeof limit !== 'number') return undefined;
    return (value) => (typeof value === 'string' ? about(value, complaint(limit, [...value].length)) : undefined);
  };
}

function number(complaint: (limit: number, value: number) => string): Keyword {
  return (limit) => {
    if (typeof limit !== 'number') return undefined;
    return (value) => (typeof value === 'number' ? about(value, complaint(limit, value)) : undefined);
  };
}

function about(value: unknown, complaint: string | undefined): string | undefined {
  return complaint ? `${describe(value)} ${complaint}` : undefined;
}

function format(limit: unknown): KeywordCheck | undefined {
  if (limit === 'labeled-url') return labeledUrl;
  const complaint = typeof limit === 'string' ? FORMATS.get(limit) : undefined;
  return complaint && ((value) => (typeof value === 'string' ? about(value, complaint(value)) : undefined));
}

/** Port's own: a link with the text that is shown for it. */
function labeledUrl(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  if (typeof value.url !== 'string') return 'a labeled URL needs the text "url"';
  if (FORMATS.get('url')?.(value.url) !== undefined) return about(value.url, 'is no URL');
  const { displayText } = value;
  return displayText === undefined || typeof displayText === 'string'
    ? undefined
    : '"displayText" of a labeled URL is a text';
}

function pattern(limit: unknown): KeywordCheck | undefined {
  if (typeof limit !== 'string') return undefined;
  const test = patternTest(limit);
  return (value) =>
    typeof value === 'string' && test(value) === false ? about(value, `does not match ${limit}`) : undefined;
}
