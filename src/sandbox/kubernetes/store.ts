import { createRandom } from '../random.ts';
import { asStored } from './events.ts';
import { type Definition, groupVersionOf, type KubernetesObject } from './model.ts';
import { type Change, Shelf } from './shelf.ts';

/** How many changes of a resource are remembered, so that a watch or a listing can go on from there. */
const HISTORY = 20_000;

/** All objects of the cluster, with one count of versions over all of them. */
export class KubernetesStore {
  readonly definitions: readonly Definition[];
  readonly #shelves = new Map<string, Shelf>();
  readonly #random = createRandom('kubernetes');
  readonly #listeners = new Set<() => void>();
  #version = 100;

  constructor(definitions: readonly Definition[]) {
    this.definitions = definitions;
    for (const one of definitions) this.#shelves.set(keyOf(one), new Shelf(HISTORY, this.#version));
  }

  /** The version of the newest change to anything. */
  get version(): number {
    return this.#version;
  }

  find(group: string, version: string, resource: string): Definition | undefined {
    return this.definitions.find((one) => one.group === group && one.version === version && one.resource === resource);
  }

  /** The resource to which an object belongs. Throws when the server has none of its kind. */
  definitionOf({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): Definition {
    const found = this.definitions.find((one) => one.kind === kind && groupVersionOf(one) === apiVersion);
    if (found === undefined) throw new Error(`The stand-in has no resource for ${apiVersion} ${kind}.`);
    return found;
  }

  shelf(definition: Definition): Shelf {
    const shelf = this.#shelves.get(keyOf(definition));
    if (shelf === undefined) throw new Error(`The stand-in does not have ${keyOf(definition)}.`);
    return shelf;
  }

  get(definition: Definition, namespace: string, name: string): KubernetesObject | undefined {
    return this.shelf(definition).get(objectKey(namespace, name));
  }

  /** Puts an object in its place, new or instead of the one that is there. @returns it with its uid and its version */
  put(given: KubernetesObject): KubernetesObject {
    const definition = this.definitionOf(given);
    const object = asStored(given);
    const shelf = this.shelf(definition);
    const namespace = definition.namespaced ? (object.metadata.namespace ?? 'default') : '';
    const key = objectKey(namespace, object.metadata.name);
    const before = shelf.get(key);
    this.#version += 1;
    const own = this.identified(object, before);
    const place = definition.namespaced ? { namespace } : {};
    const stored = { ...own, metadata: { ...own.metadata, ...place, resourceVersion: String(this.#version) } };
    const type = before === undefined ? 'ADDED' : 'MODIFIED';
    this.#record(shelf, { version: this.#version, type, key, object: stored, before });
    return stored;
  }

  /** The object with what the server adds: a uid and a time, those of the one before it where there is one. */
  identified(object: KubernetesObject, before?: KubernetesObject): KubernetesObject {
    const { uid, creationTimestamp } = { ...object.metadata, ...before?.metadata };
    const own = { uid: uid ?? this.#random.uuid(), creationTimestamp: creationTimestamp ?? timestamp(new Date()) };
    return { ...this.definitionOf(object).defaults, ...object, metadata: { ...object.metadata, ...own } };
  }

  /** Takes an object away. @returns it with the version of its removal, or undefined when it was not there */
  remove(definition: Definition, namespace: string, name: string): KubernetesObject | undefined {
    const shelf = this.shelf(definition);
    const key = objectKey(namespace, name);
    const before = shelf.get(key);
    if (before === undefined) return undefined;
    this.#version += 1;
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(this.#version) } };
    this.#record(shelf, { version: this.#version, type: 'DELETED', key, object, before });
    return object;
  }

  /** Forgets what was before now: watches and listings that began earlier cannot go on. */
  compact(): void {
    // A version of its own, so that everything seen until now is too old.
    this.#version += 1;
    for (const shelf of this.#shelves.values()) shelf.compact(this.#version);
    this.#tell();
  }

  /** Calls back after each change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #record(shelf: Shelf, change: Change): void {
    shelf.record(change);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** As the real server sorts: by namespace, then by name. */
export function objectKey(namespace: string, name: string): string {
  return namespace === '' ? `/${name}` : `/${namespace}/${name}`;
}

/** A moment as the API writes it: to the second. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

function keyOf({ group, resource, storedIn = group }: Definition): string {
  return `${storedIn}/${resource}`;
}
