import type { Explanation } from '../../api/documents.ts';
import { valueText } from '../../ui/format.ts';

type MapRow = Explanation['sources'][number]['rows'][number];
type Field = MapRow['fields'][number];
type Port = Explanation['port'];

/** Why a field has no value, in a sentence; undefined: it has one. */
export function whyEmpty({ value, error, input, expression }: Field): string | undefined {
  if (error !== undefined) return error;
  if (value !== undefined && value !== null) return undefined;
  if (value === undefined) return 'not computed: the row was left out before';
  const path = /^\s*(\.[\w."[\]?]+)/.exec(expression)?.[1];
  if (input === null || (input === undefined && path === expression.trim()))
    return `null, for Komodor's item has nothing at ${path ?? 'what the expression looks at'}`;
  return input === undefined
    ? 'null: the expression gives nothing'
    : 'null: the expression gives nothing for this input';
}

/** What Port has for a field; undefined: the field is no part of the entity there. */
export function inPort({ path }: Pick<Field, 'path'>, port: Port): { readonly value: unknown } | undefined {
  if (port === null) return undefined;
  const { title, icon, team, properties, relations } = port.entity;
  const [head = '', ...rest] = path.split('.');
  const id = rest.join('.');
  if (head === 'title') return { value: title };
  if (head === 'icon') return { value: icon };
  if (head === 'team') return { value: team };
  if (head === 'properties' && id !== '') return { value: own(properties, id) };
  if (head === 'relations' && id !== '') return { value: own(relations, id) };
  return undefined;
}

function own(holder: object, id: string): unknown {
  return Object.hasOwn(holder, id) ? Reflect.get(holder, id) : null;
}

/** A value as text on several lines, for texts and documents. */
export function wholeText(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : valueText(value);
}

/** Whether Port has what the expression gives. The mapping is fitted to the blueprint first, so that texts may be numbers there. */
export function sameValue(given: unknown, stored: unknown): boolean {
  if ((given ?? null) === null || (stored ?? null) === null) return (given ?? null) === (stored ?? null);
  if (typeof given !== 'object' || typeof stored !== 'object') return String(given) === String(stored);
  return canonical(given) === canonical(stored);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** The entity as Port would get it; entries that give the same one each give their fields. */
export function finalEntity({ sources, blueprint, identifier }: Explanation): unknown {
  const entities = sources
    .flatMap(({ rows }) => rows)
    .flatMap(({ entity }) => (entity?.blueprint === blueprint && entity.identifier === identifier ? [entity] : []));
  if (entities.length === 0) return undefined;
  const properties = Object.assign({}, ...entities.map((one) => one.properties));
  const relations = Object.assign({}, ...entities.map((one) => one.relations));
  return { ...Object.assign({}, ...entities), properties, relations };
}
