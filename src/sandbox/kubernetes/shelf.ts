import type { KubernetesObject } from './model.ts';

export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly key: string;
  /** As it is after the change; for one that is gone: as it was, with the version of its removal. */
  readonly object: KubernetesObject;
  readonly before: KubernetesObject | undefined;
}

export type Row = readonly [key: string, object: KubernetesObject];

const REMEMBERED_LISTS = 4;

/** The objects of one resource, and what changed lately. */
export class Shelf {
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #limit: number;
  #changes: Change[] = [];
  /** What was before this version is not known any more. */
  #oldest: number;
  /** The newest change that is forgotten. */
  #forgotten = 0;
  /** Sorted lists, by the version for which they were asked. */
  readonly #lists = new Map<number, readonly Row[]>();

  constructor(limit: number, version: number) {
    this.#limit = limit;
    this.#oldest = version;
  }

  get(key: string): KubernetesObject | undefined {
    return this.#objects.get(key);
  }

  record(change: Change): void {
    if (change.type === 'DELETED') this.#objects.delete(change.key);
    else this.#objects.set(change.key, change.object);
    this.#changes.push(change);
    if (this.#changes.length <= this.#limit) return;
    const gone = this.#changes.splice(0, Math.ceil(this.#limit / 2));
    this.#forgotten = gone.at(-1)?.version ?? this.#forgotten;
    this.#oldest = this.#forgotten;
  }

  compact(version: number): void {
    this.#forgotten = this.#changes.at(-1)?.version ?? this.#forgotten;
    this.#changes = [];
    this.#lists.clear();
    this.#oldest = version;
  }

  /** Whether everything that came after a version is known. */
  knows(version: number): boolean {
    return version >= this.#oldest;
  }

  get oldest(): number {
    return this.#oldest;
  }

  /** Whether a change after a version is forgotten. A watch that is open misses nothing by a compaction. */
  missedSince(version: number): boolean {
    return this.#forgotten > version;
  }

  /** What changed after a version, in order. */
  changesAfter(version: number): readonly Change[] {
    const newest = this.#changes.at(-1);
    if (newest === undefined || newest.version <= version) return [];
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle]?.version ?? 0) <= version) low = middle + 1;
      else high = middle;
    }
    return this.#changes.slice(low);
  }

  /** All objects as they were at a version, sorted. Undefined when that is not known any more. */
  at(version: number): readonly Row[] | undefined {
    if (!this.knows(version)) return undefined;
    const remembered = this.#lists.get(version);
    if (remembered !== undefined) return remembered;
    const then = new Map(this.#objects);
    for (const { key, before } of this.changesAfter(version).toReversed()) {
      if (before === undefined) then.delete(key);
      else then.set(key, before);
    }
    const rows = [...then].sort(([one], [other]) => (one < other ? -1 : 1));
    this.#lists.set(version, rows);
    const [first] = this.#lists.keys();
    if (this.#lists.size > REMEMBERED_LISTS && first !== undefined) this.#lists.delete(first);
    return rows;
  }
}
