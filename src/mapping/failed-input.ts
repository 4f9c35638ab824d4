import type { JsonObject } from '../core/model.ts';
import { isJsonObject } from './field-values.ts';

const SHOWN_CHARACTERS = 80;
const STEPS = /^\s*((?:\.\w+|\.?\["(?:[^"\\]|\\.)*"\])+)\s*(?:\||$|\/\/)/;
const STEP = /\.(\w+)|\.?\[("(?:[^"\\]|\\.)*")\]/g;
/** Values under such names may be secrets and are not shown. */
const SECRET = /token|passw|secret|api[-_]?key|access[-_]?key|authorization|credential|private/i;

/**
 * Adds the value of the path with which an expression begins to its failure's message: `.labels.team | ascii_downcase`
 * fails without saying that `.labels.team` is null. Unchanged when the expression does not begin with a path.
 */
export function withInput(message: string, expression: string, item: JsonObject): string {
  const path = STEPS.exec(expression)?.[1];
  if (path === undefined) return message;
  let value: unknown = item;
  for (const [, word, quoted] of path.matchAll(STEP)) {
    const key = word ?? nameIn(quoted);
    value = isJsonObject(value) && key !== undefined && Object.hasOwn(value, key) ? value[key] : null;
  }
  // jq's message often quotes it already.
  if (typeof value === 'string' && message.includes(value)) return message;
  return `${message} (${path} was ${SECRET.test(path) ? typeIn(value) : valueText(value)})`;
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
