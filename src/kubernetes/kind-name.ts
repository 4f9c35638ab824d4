import type { Kind } from '../core/model.ts';

/** A resource of the cluster, by the parts of its address. */
export interface ResourceName {
  /** Empty for the core group: `v1/pods`. */
  readonly group: string;
  readonly version: string;
  /** In lower case and plural: `deployments`. */
  readonly resource: string;
}

const GROUP = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const CORE_VERSION = /^v\d+((alpha|beta)\d+)?$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const RESOURCE = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
/** The form of a name in any spelling, for schemas. `resourceKindName` looks closer. */
export const RESOURCE_FORM = /^([A-Za-z0-9.-]*\/)?[A-Za-z0-9-]+\/[A-Za-z0-9-]+$/;
/** Kubernetes allows no longer name of a group, version or resource. */
const MAX_PART = 253;

/**
 * The one name of a kind of the cluster: `Apps/V1/Deployment` -> `apps/v1/deployments`, `core/v1/Pod` -> `v1/pods`.
 * Undefined: the text is not of this form.
 */
export function resourceKindName(text: string): Kind | undefined {
  const parts = text.trim().toLowerCase().split('/');
  const [resource = '', version = '', group = ''] = parts.toReversed();
  if (parts.length < 2 || parts.length > 3 || parts.some((part) => part.length > MAX_PART)) return undefined;
  if (!RESOURCE.test(resource)) return undefined;
  const isCore = parts.length === 2 || group === 'core' || group === '';
  if (isCore) return CORE_VERSION.test(version) ? `${version}/${plural(resource)}` : undefined;
  // `v1/pods/log` is no resource of a group, but a part of one.
  const isGroup = GROUP.test(group) && !CORE_VERSION.test(group);
  return isGroup && LABEL.test(version) ? `${group}/${version}/${plural(resource)}` : undefined;
}

/** The parts of a kind's name. @throws Error for a name that `resourceKindName` did not make */
export function parseResourceKind(kind: Kind): ResourceName {
  if (resourceKindName(kind) !== kind) throw new Error(`${kind} is no kind of a cluster`);
  const [resource = '', version = '', group = ''] = kind.split('/').toReversed();
  return { group, version, resource };
}

/**
 * The kind of an object, of a `List`, or of an array of objects, by what these say of themselves; undefined when they say
 * nothing, or different things.
 */
export function kindOfObjects(document: unknown): Kind | undefined {
  const [first, ...others] = new Set(objectsIn(document).map(kindOfObject));
  return others.length === 0 ? first : undefined;
}

function objectsIn(document: unknown): readonly unknown[] {
  if (Array.isArray(document)) return document;
  // A typed list, such as a PodList, has members that do not say what they are.
  return fieldOf(document, 'kind') === 'List' ? listIn(document) : [document];
}

function kindOfObject(object: unknown): Kind | undefined {
  const version = fieldOf(object, 'apiVersion');
  const kind = fieldOf(object, 'kind');
  if (typeof version !== 'string' || typeof kind !== 'string') return undefined;
  const isList = Array.isArray(fieldOf(object, 'items')) && kind.endsWith('List');
  return resourceKindName(`${version}/${isList ? kind.slice(0, -'List'.length) : kind}`);
}

function listIn(document: unknown): readonly unknown[] {
  const items = fieldOf(document, 'items');
  return Array.isArray(items) ? items : [];
}

function fieldOf(object: unknown, key: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, key) : undefined;
}

/** The plural of a kind or resource in lower case. Plurals stay. */
function plural(name: string): string {
  if (/(ss|us|x|ch|sh)$/.test(name)) return `${name}es`;
  if (name.endsWith('s')) return name;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
