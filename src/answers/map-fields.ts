import { isDeepStrictEqual } from 'node:util';
import { isInside, usesOf } from '../core/expression/uses.ts';
import type { Entity, JsonObject } from '../core/model.ts';
import type { FieldFailure } from '../core/ports.ts';
import { isObject } from '../komodor/item.ts';
import { inputOf, inputsOf } from '../mapping/failed-input.ts';
import type { TemplateEntry } from './split-entries.ts';

/** An expression of a template, and what it gave. */
export interface MapField {
  /** `selector.query`, `itemsToParse`, `identifier`, `properties.status`, `relations.service.rules[0].value` */
  readonly path: string;
  readonly expression: string;
  /** The value before it is fitted to the blueprint; missing where none is known. */
  readonly value?: unknown;
  readonly error?: string;
  /**
   * The value of the path with which the expression begins, where it is another one than the value; of a selector with
   * several paths, an object of them.
   */
  readonly input?: unknown;
}

interface Known {
  readonly selector?: boolean;
  readonly entity?: Entity;
}

/** The path of an expression below its entry or template. */
export function pathBelow({ entry, template }: Pick<TemplateEntry, 'entry' | 'template'>, path: string): string {
  if (path.startsWith(`${template.path}.`)) return path.slice(template.path.length + 1);
  if (!path.startsWith(`${entry.path}.`)) return path === entry.path ? '' : path;
  return path.slice(entry.path.length + 1).replace(/^port\.itemsToParse/, 'itemsToParse');
}

/** The fields of a template. @param failures paths below the template, or whole paths of the mapping */
export function fieldsOf(
  part: TemplateEntry,
  input: JsonObject,
  known: Known,
  failures: readonly FieldFailure[],
): readonly MapField[] {
  const failed = failures.map(({ path, message }) => ({ path: pathBelow(part, path), message }));
  return usesOf(part.entry).map(({ path: whole, expression }) => {
    const path = pathBelow(part, whole);
    const error = failed.find((one) => covers(one.path, path) || isMember(part, path, one.path))?.message;
    const value = error === undefined ? valueIn(part, path, input, known) : undefined;
    const looked = path === 'selector.query' ? inputsOf(expression, input) : inputOf(expression, input);
    const isNews = looked !== undefined && (error !== undefined || !isDeepStrictEqual(looked, value));
    return {
      path,
      expression,
      ...(value === undefined ? {} : { value }),
      ...(error === undefined ? {} : { error }),
      ...(isNews ? { input: looked } : {}),
    };
  });
}

/** Whether a failure's path is that of a field, or of something around or inside it. */
function covers(failed: string, path: string): boolean {
  return failed === path || isInside(path, failed) || isInside(failed, path);
}

/** Whether a failed path is a member that `properties.*` spreads, and no field of its own. */
function isMember({ template }: TemplateEntry, path: string, failed: string): boolean {
  const folder = /^(properties|relations)\.\*$/.exec(path)?.[1];
  if (folder === undefined || !failed.startsWith(`${folder}.`)) return false;
  const own = folder === 'properties' ? template.properties : template.relations;
  return !Object.keys(own).some((name) => covers(`${folder}.${name}`, failed));
}

function valueIn(
  { entry, template }: TemplateEntry,
  path: string,
  input: JsonObject,
  { selector, entity }: Known,
): unknown {
  if (path === 'selector.query') return selector;
  if (path === 'itemsToParse') return entry.itemsToParse && input[entry.itemsToParse.name];
  if (entity === undefined) return undefined;
  if (path === 'properties.*') return withoutNames(entity.properties, template.properties);
  if (path === 'relations.*') return withoutNames(entity.relations, template.relations);
  // The name of a property may have dots, so it is looked for as a whole first.
  const [, folder, rest = ''] = /^(properties|relations)\.(.*)$/.exec(path) ?? [];
  if (folder === undefined) return follow(entity, path);
  const fields: JsonObject = folder === 'properties' ? entity.properties : entity.relations;
  const name = Object.keys(fields).find((one) => one === rest || isInside(rest, one));
  return name === undefined ? undefined : follow(fields[name], rest.slice(name.length + 1));
}

function withoutNames(fields: JsonObject, named: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !Object.hasOwn(named, name)));
}

/** The value at a path such as `rules[0].value`. */
function follow(value: unknown, path: string): unknown {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  return steps.reduce<unknown>((at, step) => {
    if (Array.isArray(at)) return at[Number(step)];
    return isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }, value);
}
