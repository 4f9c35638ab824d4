import type { JsonObject } from '../core/model.ts';
import { isJsonObject } from './field-values.ts';

const SHOWN_CHARACTERS = 80;
const PATH = String.raw`(?:\.\w+|\.?\["(?:[^"\\]|\\.)*"\])+`;
const STEPS = new RegExp(String.raw`^\s*(${PATH})\s*(?:\||$|\/\/)`);
const STEP = /\.(\w+)|\.?\[("(?:[^"\\]|\\.)*")\]/g;
/** The path at the beginning, whatever follows, except more of a path that cannot be followed here. */
const FIRST_PATH = new RegExp(String.raw`^[\s(]*(${PATH})(?![\w[(.])`);
/** A text, which is skipped, or a path. */
const TEXT_OR_PATH = new RegExp(String.raw`"(?:[^"\\]|\\.)*"|(?<![\w\])"?])(${PATH})(?![\w[(.])`, 'g');
/** A call or a pipe gives the paths behind it another input than the item. */
const CHANGES_INPUT = /[|;]|\b(?!(?:and|or|if|then|elif|else)\b)\w+\s*\(/;
/** Values under such names may be secrets and are not shown. */
const SECRET = /token|passw|secret|api[-_]?key|access[-_]?key|authorization|credential|private/i;
const MASK = '[redacted]';
const MAX_INPUT_CHARACTERS = 2_000;

/**
 * Adds the value of the path with which an expression begins to its failure's message: `.labels.team | ascii_downcase`
 * fails without saying that `.labels.team` is null. Unchanged when the expression does not begin with a path.
 */
export function withInput(message: string, expression: string, item: JsonObject): string {
  const path = STEPS.exec(expression)?.[1];
  if (path === undefined) return message;
  const value = valueAt(path, item);
  // jq's message often quotes it already.
  if (typeof value === 'string' && message.includes(value)) return message;
  return `${message} (${path} was ${SECRET.test(path) ? typeIn(value) : valueText(value)})`;
}

/** The value of the path with which an expression begins, without secrets; undefined when it begins with none. */
export function inputOf(expression: string, item: JsonObject): unknown {
  const path = FIRST_PATH.exec(expression)?.[1];
  return path === undefined ? undefined : shown(path, item);
}

/** What a condition looks at: the value of its only path, or an object of all its paths; undefined when it has none. */
export function inputsOf(condition: string, item: JsonObject): unknown {
  if (CHANGES_INPUT.test(condition)) return inputOf(condition, item);
  const paths = [...condition.matchAll(TEXT_OR_PATH)].flatMap(([, path]) => (path === undefined ? [] : [path]));
  const [only, ...others] = new Set(paths);
  if (only === undefined || others.length === 0) return inputOf(condition, item);
  return Object.fromEntries([only, ...others].map((path) => [path, shown(path, item)]));
}

function valueAt(path: string, item: JsonObject): unknown {
  let value: unknown = item;
  for (const [, word, quoted] of path.matchAll(STEP)) {
    const key = word ?? nameIn(quoted);
    value = isJsonObject(value) && key !== undefined && Object.hasOwn(value, key) ? value[key] : null;
  }
  return value;
}

function shown(path: string, item: JsonObject): unknown {
  const value = valueAt(path, item);
  const safe = SECRET.test(path) && value !== null ? MASK : masked(value);
  const text = JSON.stringify(safe) ?? 'null';
  return text.length > MAX_INPUT_CHARACTERS ? `${text.slice(0, MAX_INPUT_CHARACTERS - 1)}…` : safe;
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return SECRET.test(value) ? MASK : value;
  if (Array.isArray(value)) return value.map(masked);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, SECRET.test(key) && member !== null ? MASK : masked(member)]),
  );
}

function nameIn(quoted: string | undefined): string | undefined {
  try {
    const name: unknown = JSON.parse(quoted ?? '');
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

function valueText(value: unknown): string {
  if (hasSecret(value)) return typeIn(value);
  const text = JSON.stringify(value) ?? 'null';
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 1)}…` : text;
}

function hasSecret(value: unknown): boolean {
  if (typeof value === 'string') return SECRET.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, member]) => SECRET.test(key) || hasSecret(member));
}

function typeIn(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : isJsonObject(value) ? 'an object' : `a ${typeof value}`;
}
