import type { Definition, KubernetesObject } from './model.ts';

// An event has two forms: that of the core group, in which it is stored, and that of events.k8s.io.
const NEW = 'events.k8s.io/v1';

/** The names of fields in the core group, with those in the other. */
const NAMES: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];
const TO_CORE = new Map(NAMES.map(([core, other]) => [other, core]));
const TO_OTHER = new Map(NAMES);
/** What a stored event has in any case. */
const ALWAYS = { source: {}, firstTimestamp: null, lastTimestamp: null, eventTime: null };
const REPORTING = { reportingComponent: '', reportingInstance: '' };

/** An object in the form in which it is stored. */
export function asStored(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Event') return object;
  const core = object.apiVersion === NEW ? renamed(object, TO_CORE) : object;
  return { ...ALWAYS, ...REPORTING, ...core, apiVersion: 'v1', kind: 'Event', metadata: object.metadata };
}

/** A stored object in the form of the resource through which it is asked for. */
export function asShown(object: KubernetesObject, { group }: Definition): KubernetesObject {
  if (object.kind !== 'Event' || group === '' || object.apiVersion === NEW) return object;
  const other = renamed(object, TO_OTHER);
  const shown = Object.fromEntries(
    Object.entries(other).filter(([field, value]) => !(field.startsWith('reporting') && value === '')),
  );
  return { ...shown, apiVersion: NEW, kind: 'Event', metadata: object.metadata };
}

function renamed(object: KubernetesObject, names: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([field, value]) => [names.get(field) ?? field, value]));
}
