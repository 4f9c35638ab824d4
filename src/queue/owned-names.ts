/** How many owners of one name are kept. The oldest are dropped first. */
export const OWNERS_PER_NAME = 16;

/**
 * Names (identifiers of entities) in memory. Each has owners (live events that added it), each with the number under which
 * it did. A name stays until its last owner removes it.
 */
export class OwnedNames {
  /** Name -> owner -> number. The names that were added longest ago come first. */
  readonly #names = new Map<string, Map<string, number>>();

  get size(): number {
    return this.#names.size;
  }

  names(): IterableIterator<string> {
    return this.#names.keys();
  }

  /** @returns whether the name is new */
  add(name: string, owner: string, number: number): boolean {
    const owners = this.#names.get(name) ?? new Map<string, number>();
    const isNew = owners.size === 0;
    owners.delete(owner);
    for (const oldest of owners.keys()) {
      if (owners.size < OWNERS_PER_NAME) break;
      owners.delete(oldest);
    }
    owners.set(owner, number);
    this.#names.delete(name);
    this.#names.set(name, owners);
    return isNew;
  }

  /** @returns whether the name has gone with its last owner */
  removeOwner(name: string, owner: string): boolean {
    const owners = this.#names.get(name);
    if (!owners?.delete(owner) || owners.size > 0) return false;
    return this.#names.delete(name);
  }

  /** The latest number of a name; 0 when it has no owner. */
  latestNumberOf(name: string): number {
    return Math.max(0, ...(this.#names.get(name)?.values() ?? []));
  }

  /** Drops names, those that were added longest ago first, as long as the condition holds. */
  dropOldestWhile(holds: (name: string) => boolean): void {
    for (const name of this.#names.keys()) {
      if (!holds(name)) return;
      this.#names.delete(name);
    }
  }
}
