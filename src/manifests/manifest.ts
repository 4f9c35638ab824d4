import type { JsonObject, Kind } from '../core/model.ts';
import { didYouMean } from '../core/nearest.ts';
import { isObject } from '../core/schema/values.ts';
import { placeholderIn, type Steps } from './placeholders.ts';

/** The kinds that a folder gives. */
export const CATALOG_KINDS: readonly Kind[] = ['getport.io/v1/entities', 'getport.io/v1/clusterentities'];

const GROUP = 'getport.io';
const API_VERSION = `${GROUP}/v1`;
const KINDS: { readonly [kind: string]: Kind } = {
  Entity: 'getport.io/v1/entities',
  ClusterEntity: 'getport.io/v1/clusterentities',
};
const LISTS: { readonly [kind: string]: string } = { EntityList: 'Entity', ClusterEntityList: 'ClusterEntity' };
const TOP_KEYS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];
const SPEC_KEYS = ['blueprint', 'identifier', 'properties', 'relations'];
/** What the definition has no field for, and people look for in `spec`. */
const ANNOTATED = ['title', 'icon', 'team'];
const ANNOTATIONS = ANNOTATED.map((name) => `${GROUP}/${name}`);

/** What a document is. */
export type Inspected =
  /** Nothing, or only comments. */
  | { readonly type: 'nothing' }
  /** Something of another program. */
  | { readonly type: 'other'; readonly name: string }
  | { readonly type: 'list'; readonly items: readonly unknown[]; readonly path: Steps; readonly of?: string }
  | { readonly type: 'manifest'; readonly kind: Kind; readonly name: string; readonly value: JsonObject }
  /** It cannot be used. `kind`: of which kind it would be, where that can be told. */
  | { readonly type: 'fault'; readonly path: Steps; readonly message: string; readonly kind?: Kind };

/** @param of the kind that a list gives to items without one */
export function inspect(value: unknown, of?: string): Inspected {
  if (value === null || value === undefined) return { type: 'nothing' };
  if (Array.isArray(value)) return { type: 'list', items: value, path: [] };
  if (!isObject(value)) return fault([], `is ${describe(value)} and no manifest; the file may be written in part`);
  const given = of === undefined ? value : { apiVersion: API_VERSION, kind: of, ...value };
  const { apiVersion, kind } = given;
  if (isForeign(given)) return { type: 'other', name: typeof kind === 'string' ? kind : 'something without kind' };
  if (kind === 'List' && apiVersion === 'v1') return listOf(given);
  if (apiVersion !== API_VERSION)
    return fault(['apiVersion'], `apiVersion is ${describe(apiVersion)}; it must be ${API_VERSION}`, kindOf(kind));
  if (typeof kind !== 'string')
    return fault(
      ['kind'],
      `kind is ${kind === undefined ? 'missing' : describe(kind)}; it must be Entity or ClusterEntity`,
    );
  const listed = own(LISTS, kind);
  if (listed !== undefined) return listOf(given, listed);
  const known = own(KINDS, kind);
  if (known === undefined) {
    const hint = didYouMean(kind, [...Object.keys(KINDS), ...Object.keys(LISTS)]);
    return fault(['kind'], `${API_VERSION} has no kind ${kind}${hint}; it has Entity and ClusterEntity`);
  }
  return manifestOf(given, known);
}

/** Whether an object is meant for another program. A file that was cut off inside of its first line is not. */
function isForeign({ apiVersion, kind, spec }: JsonObject): boolean {
  if (kind === 'List' && apiVersion === 'v1') return false;
  if (typeof apiVersion === 'string') return !API_VERSION.startsWith(apiVersion) && apiVersion.split('/')[0] !== GROUP;
  if (apiVersion !== undefined) return false;
  const isOurs = isObject(spec) && 'blueprint' in spec;
  return !isOurs && own(KINDS, String(kind)) === undefined;
}

function listOf({ items }: JsonObject, of?: string): Inspected {
  if (!Array.isArray(items))
    return fault(['items'], 'is a list without items; the file may be written in part', kindOf(of));
  return { type: 'list', items, path: ['items'], ...(of === undefined ? {} : { of }) };
}

function manifestOf(value: JsonObject, kind: Kind): Inspected {
  const { spec } = value;
  const wrong = wrongTop(value) ?? (isObject(spec) ? wrongSpec(spec) : undefined) ?? wrongMetadata(value.metadata);
  if (wrong !== undefined) return { ...wrong, kind };
  const placeholder = placeholderIn(value);
  if (placeholder !== undefined) return fault(placeholder.path, placeholder.message, kind);
  return { type: 'manifest', kind, name: nameOf(value), value: withoutManagedFields(value) };
}

function wrongTop(value: JsonObject) {
  const odd = Object.keys(value).find((key) => !TOP_KEYS.includes(key));
  if (odd !== undefined) {
    const hint = SPEC_KEYS.includes(odd) ? `; it belongs into spec (is it indented?)` : didYouMean(odd, TOP_KEYS);
    return fault([odd], `${odd} is not known here${hint}`);
  }
  if (isObject(value.spec)) return undefined;
  return fault(
    ['spec'],
    value.spec === undefined ? 'has no spec' : `spec is ${describe(value.spec)}; it must be an object`,
  );
}

function wrongSpec(spec: JsonObject) {
  for (const key of Object.keys(spec)) {
    if (SPEC_KEYS.includes(key)) continue;
    if (ANNOTATED.includes(key))
      return fault(['spec', key], `spec.${key} does not exist; use the annotation ${GROUP}/${key} (below metadata)`);
    return fault(['spec', key], `spec.${key} is not known${didYouMean(key, SPEC_KEYS)}`);
  }
  for (const key of ['blueprint', 'identifier']) {
    const value = spec[key];
    if (value === undefined) return fault(['spec'], `spec.${key} is missing`);
    if (typeof value === 'number' || typeof value === 'boolean')
      return fault(['spec', key], `spec.${key} is ${describe(value)}; put it in quotes`);
    if (typeof value !== 'string' || value === '')
      return fault(['spec', key], `spec.${key} is ${describe(value)}; it must be a text`);
  }
  const odd = ['properties', 'relations'].find(
    (key) => spec[key] !== null && spec[key] !== undefined && !isObject(spec[key]),
  );
  return odd === undefined
    ? undefined
    : fault(['spec', odd], `spec.${odd} is ${describe(spec[odd])}; it must be an object`);
}

function wrongMetadata(metadata: unknown) {
  if (metadata === undefined) return undefined;
  if (!isObject(metadata)) return fault(['metadata'], `metadata is ${describe(metadata)}; it must be an object`);
  const { annotations } = metadata;
  if (annotations === undefined || annotations === null) return undefined;
  const path = ['metadata', 'annotations'];
  if (!isObject(annotations))
    return fault(path, `metadata.annotations is ${describe(annotations)}; it must be an object`);
  for (const [key, value] of Object.entries(annotations)) {
    if (!key.startsWith(`${GROUP}/`)) continue;
    if (!ANNOTATIONS.includes(key) && didYouMean(key, ANNOTATIONS) !== '')
      return fault([...path, key], `the annotation ${key} is not known${didYouMean(key, ANNOTATIONS)}`);
    if (typeof value !== 'string')
      return fault(
        [...path, key],
        `the annotation ${key} is ${describe(value)}; annotations are texts: put it in quotes`,
      );
  }
  return undefined;
}

function fault(path: Steps, message: string, kind?: Kind): Extract<Inspected, { type: 'fault' }> {
  return { type: 'fault', path, message, ...(kind === undefined ? {} : { kind }) };
}

function kindOf(kind: unknown): Kind | undefined {
  return typeof kind === 'string' ? own(KINDS, kind) : undefined;
}

/** `Entity payments/api`, for labels. */
function nameOf({ kind, metadata, spec }: JsonObject): string {
  const { name, namespace } = isObject(metadata) ? metadata : {};
  const parts = [namespace, name].filter((part) => typeof part === 'string' && part !== '');
  const identifier = isObject(spec) ? spec.identifier : '';
  return `${kind} ${parts.length === 0 ? identifier : parts.join('/')}`;
}

function withoutManagedFields(value: JsonObject): JsonObject {
  const { metadata } = value;
  if (!isObject(metadata) || !('managedFields' in metadata)) return value;
  const { managedFields: _, ...rest } = metadata;
  return { ...value, metadata: rest };
}

/** A value for messages. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (value === '') return 'an empty text';
  if (typeof value !== 'string') return `${typeof value === 'number' ? 'the number ' : ''}${String(value)}`;
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

function own<T>(book: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(book, key) ? book[key] : undefined;
}
