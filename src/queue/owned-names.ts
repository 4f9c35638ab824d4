/** Owners of one name that are remembered; the oldest go first. */
export const OWNERS_PER_NAME = 16;

/** Names in memory, each with its owners and their numbers: a name stays until its last owner has taken it back. */
export class OwnedNames {
  /** Name -> owner -> number. The names that were added longest ago come first. */
  readonly #names = new Map<string, Map<string, number>>();

  get size(): number {
    return this.#names.size;
  }

  names(): IterableIterator<string> {
    return this.#names.keys();
  }

  /** @returns whether nobody had it before */
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

  /** @returns whether nobody has it any more */
  takeBack(name: string, owner: string): boolean {
    const owners = this.#names.get(name);
    if (!owners?.delete(owner) || owners.size > 0) return false;
    return this.#names.delete(name);
  }

  /** The latest number of a name; 0 when nobody has it. */
  numberOf(name: string): number {
    return Math.max(0, ...(this.#names.get(name)?.values() ?? []));
  }

  /** Lets go of the names that were added longest ago, as long as the condition holds. */
  dropOldest(holds: (name: string) => boolean): void {
    for (const name of this.#names.keys()) {
      if (!holds(name)) return;
      this.#names.delete(name);
    }
  }
}
