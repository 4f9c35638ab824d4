import { createHash } from 'node:crypto';
import { exactJson, withMember, withoutMember } from '../core/exact-json.ts';
import type { JsonObject, Kind, RawItem } from '../core/model.ts';
import { isLimited, namesIn, selectorKey, unknownKeys } from '../core/selector.ts';
import type { Listing, Narrowed, Place, Selected, SourceKind, Subject, Walk } from '../core/source.ts';
import { parseResourceKind, type ResourceName } from './kind-name.ts';
import { isObject, textIn } from './object.ts';
import { probeOf } from './probe.ts';
import { withoutSecretValues } from './secret-values.ts';
import { hasFields, hasLabels } from './selected-objects.ts';
import { twinsOf } from './twins.ts';
import { type WellKnown, wellKnown } from './well-known.ts';

/** The system whose kinds these are. */
export const SYSTEM = 'kubernetes';

const SELECTOR_KEYS = ['namespaces', 'labelSelector', 'fieldSelector'] as const;
const TEXT_KEYS = ['labelSelector', 'fieldSelector'] as const;

/** A checked selector. */
export interface Chosen {
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly labelSelector: string | null;
  readonly fieldSelector: string | null;
}

const EVERYTHING: Chosen = { namespaces: [], labelSelector: null, fieldSelector: null };

/** Reads the objects of one kind. */
export interface ResourceReader {
  /** Reads everything that is selected. */
  read(chosen: Chosen, signal: AbortSignal): Walk;
  /** Reads it in another way than `read` does. */
  readAgain(chosen: Chosen, signal: AbortSignal): Walk;
  /** Reads one object. */
  readOne(place: Place, signal: AbortSignal): Walk;
}

/** How objects of a resource become items. */
export interface ObjectType {
  readonly group: string;
  readonly version: string;
  /** As objects name it: `Deployment`. */
  readonly kind: string;
}

/**
 * An object of the cluster as an item, as jq sees it: with `apiVersion` and `kind`, which the members of lists lack, without
 * `metadata.managedFields`, and without the values of a Secret. Undefined when it is no JSON object.
 */
export function itemOf(type: ObjectType, object: unknown): RawItem | undefined {
  if (!isObject(object)) return undefined;
  const kind = textIn(object, 'kind') ?? type.kind;
  const version = type.group === '' ? type.version : `${type.group}/${type.version}`;
  const apiVersion = textIn(object, 'apiVersion') ?? version;
  let value = withMember(withMember(object, 'apiVersion', apiVersion), 'kind', kind);
  if (isObject(value.metadata) && 'managedFields' in value.metadata)
    value = withMember(value, 'metadata', withoutMember(value.metadata, 'managedFields'));
  const isSecret = (group: string, name: string) => group === '' && name === 'Secret';
  if (isSecret(type.group, type.kind) || (apiVersion === 'v1' && isSecret('', kind)))
    value = withoutSecretValues(value);
  return { ...identify(value, kind), value };
}

/** The namespace (empty: it lies in none) and name of an item; empty when it has no name. */
export function placeOf({ value }: Pick<RawItem, 'value'>): Place {
  const name = textIn(value.metadata, 'name');
  return name === undefined ? {} : { namespace: textIn(value.metadata, 'namespace') ?? '', name };
}

/** An object without a name, as in a manifest with `generateName`, is told from others by its content. */
function identify(value: JsonObject, kind: string): Pick<RawItem, 'key' | 'label'> {
  const { namespace = '', name } = placeOf({ value });
  if (name === undefined) {
    const hash = createHash('sha256').update(exactJson(value)).digest('hex');
    return { key: `?${hash}`, label: `${kind} without a name` };
  }
  return { key: `${namespace}/${name}`, label: `${kind} ${namespace === '' ? name : `${namespace}/${name}`}` };
}

/** What is known of a kind of the cluster without a server. */
export function resourceKindInfo(name: Kind) {
  const type = offlineType(name);
  return {
    name,
    rows: ['items'],
    mayLack: wellKnown(name).mayLack,
    hasOtherCut: true,
    toItem: (row: unknown) => itemOf(type, row),
  };
}

function offlineType(name: Kind): ObjectType {
  const { group, version } = parseResourceKind(name);
  return { group, version, kind: wellKnown(name).kind };
}

/** A kind that cannot be read, for checking selectors and mappings. */
export function offlineResourceKind(name: Kind): SourceKind {
  const refuse = () => {
    throw new Error('nothing is read here');
  };
  return resourceKind(name, { read: refuse, readAgain: refuse, readOne: refuse });
}

/** What to do when the API server refuses a verb on a resource: the rule that a role needs. */
export function forbiddenAdvice(verb: string, { group, resource }: ResourceName, namespace?: string): string {
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const role = namespace === undefined ? 'a ClusterRole' : `a Role of namespace ${namespace}, or a ClusterRole,`;
  const verbs = verb === 'get' ? 'get' : 'get, list, watch';
  const rule = `- {apiGroups: [${group === '' ? '""' : group}], resources: [${resource}], verbs: [${verbs}]}`;
  return `The user of this connection may not ${verb} ${resource}${where}. Bind ${role} with this rule to it: ${rule}`;
}

/** A kind of the cluster. */
export function resourceKind(name: Kind, reader: ResourceReader, systemName = 'the cluster'): SourceKind {
  const known = wellKnown(name);
  const probe = probeOf(name);
  const isInNone = known.namespaced === false;
  const item = resourceKindInfo(name).toItem(probe.object);
  if (item === undefined) throw new Error(`the probe of ${name} is no object`);
  function scopeOf({ namespace, name: object }: Place): Place | undefined {
    if (namespace) return { namespace };
    return object && (namespace === '' || isInNone) ? { name: object } : undefined;
  }
  return {
    name,
    system: SYSTEM,
    systemName,
    yields: true,
    after: known.after.filter((other) => other !== name),
    identity: isInNone ? ['name'] : ['namespace', 'name'],
    probe: { item, place: probe.place },
    placeOf,
    scopeOf,
    select: (selector) => select(name, known, selector, reader),
    narrow: (subject) => narrow(name, subject, scopeOf),
    twins: twinsOf,
    readOne: (place, signal) => reader.readOne(place, signal),
  };
}

function select(name: Kind, known: WellKnown, selector: JsonObject, reader: ResourceReader): Selected {
  const complaints = [...unknownKeys(selector, name, SELECTOR_KEYS)];
  const namespaces = namesIn(selector.namespaces);
  if (namespaces === undefined)
    complaints.push('namespaces: must be a string or a list of strings, none of them empty');
  else if (namespaces.length > 0 && known.namespaced === false)
    complaints.push(`namespaces: objects of ${name} lie in no namespace`);
  for (const key of TEXT_KEYS) {
    const value = selector[key] ?? null;
    if (value !== null && (typeof value !== 'string' || value.trim() === ''))
      complaints.push(`${key}: must be a text as kubectl takes it, such as ${EXAMPLES[key]}`);
  }
  if (complaints.length > 0 || namespaces === undefined) return { complaints };
  const [labelSelector = null, fieldSelector = null] = TEXT_KEYS.map((key) => textIn(selector, key)?.trim() ?? null);
  return { listing: listingOf(selector, { namespaces, labelSelector, fieldSelector }, reader) };
}

const EXAMPLES = { labelSelector: 'app=api,tier!=test', fieldSelector: 'metadata.name=api' };

function listingOf(selector: JsonObject, chosen: Chosen, reader: ResourceReader): Listing {
  function excludedBy({ namespace }: Place): string | undefined {
    const { namespaces } = chosen;
    if (!isLimited(namespaces) || namespace === undefined) return undefined;
    return namespaces.includes(namespace) ? undefined : 'namespaces';
  }
  return {
    selector,
    key: selectorKey({ ...chosen }),
    absence: () => ({ means: 'gone' }),
    read: (signal) => reader.read(chosen, signal),
    confirm(place, signal) {
      const { namespace, name } = place;
      if (!namespace && !name) throw new Error('a scope without namespace or name');
      if (excludedBy(place) !== undefined) return 'excluded';
      return reader.readAgain(namespace ? { ...chosen, namespaces: [namespace] } : named(chosen, name ?? ''), signal);
    },
    confirmAll: (signal) => reader.readAgain(chosen, signal),
    excludedBy,
    selects({ value }) {
      const { labelSelector, fieldSelector } = chosen;
      return (
        (labelSelector === null || hasLabels(labelSelector, value)) &&
        (fieldSelector === null || hasFields(fieldSelector, value))
      );
    },
    widened() {
      const keys = TEXT_KEYS.filter((key) => chosen[key] !== null);
      if (keys.length === 0) return undefined;
      const wider = { namespaces: chosen.namespaces };
      return { listing: listingOf(wider, { ...EVERYTHING, ...wider }, reader), keys };
    },
  };
}

/** The same for the one object of a name. */
export function named(chosen: Chosen, name: string): Chosen {
  const field = `metadata.name=${name.replaceAll(/[\\,=]/g, '\\$&')}`;
  return { ...chosen, fieldSelector: chosen.fieldSelector === null ? field : `${chosen.fieldSelector},${field}` };
}

/** @param subject its place has `kind`, `namespace` and `name` */
function narrow(name: Kind, subject: Subject, scopeOf: SourceKind['scopeOf']): Narrowed | undefined {
  const { kind, namespace = '', name: object = '' } = subject.place;
  if (subject.system !== SYSTEM || kind !== name || object === '') return undefined;
  const place = { namespace, name: object };
  const scope = scopeOf(place);
  if (scope === undefined) return undefined;
  return {
    scope,
    holds(item) {
      const found = placeOf(item);
      return found.namespace === namespace && found.name === object;
    },
    identifiedBy: [namespace === '' ? { name: object } : place],
    confirmWith: { fieldSelector: named(EVERYTHING, object).fieldSelector },
    around: {},
    deletedWithSubject: true,
  };
}
