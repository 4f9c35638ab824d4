import type { JsonObject } from '../core/model.ts';
import { isObject } from './object.ts';

/** Whether an object has what a label selector asks for, as the API server decides it. */
export function hasLabels(selector: string, { metadata }: JsonObject): boolean {
  const labels = new Map(Object.entries(isObject(metadata) && isObject(metadata.labels) ? metadata.labels : {}));
  return requirements(selector).every((requirement) => meets(requirement, labels));
}

/** The parts between commas, without commas between parentheses. */
function requirements(selector: string): readonly string[] {
  return selector.split(/,(?![^(]*\))/).map((part) => part.trim());
}

const LIST = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const EQUATION = /^([^\s=!]+)\s*(==?|!=)\s*([^\s=!]*)$/;
const PRESENCE = /^(!?)\s*([^\s=!()]+)$/;

/** What cannot be understood is not met: then the next resync decides. */
function meets(requirement: string, labels: ReadonlyMap<string, unknown>): boolean {
  const list = LIST.exec(requirement);
  if (list) {
    const [, key = '', operator, values = ''] = list;
    const isListed = labels.has(key) && values.split(',').some((value) => value.trim() === labels.get(key));
    return operator === 'in' ? isListed : !isListed;
  }
  const equation = EQUATION.exec(requirement);
  if (equation) {
    const [, key = '', operator, value] = equation;
    return (labels.get(key) === value) === (operator !== '!=');
  }
  const [, not, key] = PRESENCE.exec(requirement) ?? [];
  return key !== undefined && labels.has(key) === (not === '');
}

const FIELD = /^([^=!]+?)(==?|!=)((?:\\.|[^\\])*)$/;

/**
 * Whether an object has what a field selector asks for, as far as the object itself shows it. A field that it lacks may
 * count as empty or as false for the API server: that is left to the next resync.
 */
export function hasFields(selector: string, object: JsonObject): boolean {
  return selector.split(/(?<!\\),/).every((part) => {
    const [, path, operator, text = ''] = FIELD.exec(part.trim()) ?? [];
    if (path === undefined) return false;
    const found = path.split('.').reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), object);
    if (typeof found !== 'string' && typeof found !== 'boolean' && typeof found !== 'number') return false;
    return (String(found) === text.replaceAll(/\\(.)/g, '$1')) === (operator !== '!=');
  });
}
