import { isObject } from '../komodor/item.ts';

/** A copy of an item without the field at a path: `lastDeploy.endTime`. */
export function withoutField(item: unknown, path: string): unknown {
  return without(item, path.split('.'));
}

function without(item: unknown, [key = '', ...rest]: readonly string[]): unknown {
  if (!isObject(item)) return item;
  if (rest.length > 0) return { ...item, [key]: without(item[key], rest) };
  return Object.fromEntries(Object.entries(item).filter(([name]) => name !== key));
}
