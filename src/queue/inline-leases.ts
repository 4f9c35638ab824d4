/** Leases in this process. Only what runs here asks for them. */
export class InlineLeases {
  readonly #leases = new Map<string, { readonly owner: string; readonly until: number }>();

  hold(name: string, owner: string, ttlMs: number): boolean {
    const now = performance.now();
    const known = this.#leases.get(name);
    if (known && known.owner !== owner && known.until > now) return false;
    this.#leases.set(name, { owner, until: now + ttlMs });
    return true;
  }

  drop(name: string, owner: string): void {
    if (this.#leases.get(name)?.owner === owner) this.#leases.delete(name);
  }
}
