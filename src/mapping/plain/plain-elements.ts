import type { JsonObject } from '../../core/model.ts';
import type { Group } from '../groups.ts';
import { outputsOf, type Plain } from './plain.ts';
import { isObject, listIn, undecided } from './values.ts';

/** The rows of an item: the item itself, or one for each element of its itemsToParse. Throws Undecided. */
export type Elements = (item: JsonObject) => readonly unknown[];

const MAX_ELEMENTS = 1_000;

/** Undefined when jq must find the rows. */
export function elementsOf(parse: Group['parse'], plain: ReadonlyMap<string, Plain>): Elements | undefined {
  if (parse === undefined) return (item) => [item];
  const { name, topLevelTransform, leadingPath } = parse;
  const list = plain.get(parse.expression);
  // JavaScript moves keys such as "1" to the front.
  if (list === undefined || /^\d/.test(name)) return undefined;
  const path = topLevelTransform ? keysOf(leadingPath) : [];
  if (path === undefined) return undefined;
  return (item) => {
    const [found = null] = outputsOf(list, item);
    if (found === null) return [];
    const elements = listIn(found);
    if (elements.length > MAX_ELEMENTS) return undecided();
    const parent = without(item, path);
    return elements.map((element) => ({ ...parent, [name]: element }));
  };
}

function keysOf(path: readonly unknown[] | undefined): readonly string[] | undefined {
  return path?.every((step) => typeof step === 'string') === true ? path : undefined;
}

/** A copy without what the path leads to, as jq's `delpaths`. */
function without(value: JsonObject, path: readonly string[]): JsonObject {
  const [key, ...deeper] = path;
  if (key === undefined || !Object.hasOwn(value, key)) return value;
  if (deeper.length === 0) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  const inner = value[key];
  if (inner === null) return value;
  return isObject(inner) ? { ...value, [key]: without(inner, deeper) } : undecided();
}
