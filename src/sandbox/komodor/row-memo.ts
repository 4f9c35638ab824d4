/** More filters than one resync uses at a time; beyond that the memo starts anew. */
const MAX_KEYS = 16;

/**
 * Remembers what was computed of a list until the list changes, so that reading 100,000 rows page by page does not sort or
 * filter them anew for each page. Comparing references is enough, because rows are replaced and never changed.
 */
export class RowMemo<T, R> {
  #rows: readonly T[] = [];
  readonly #results = new Map<string, R>();

  get(rows: readonly T[], key: string, compute: () => R): R {
    if (!this.#same(rows) || this.#results.size > MAX_KEYS) {
      this.#rows = [...rows];
      this.#results.clear();
    }
    const known = this.#results.get(key);
    if (known !== undefined) return known;
    const result = compute();
    this.#results.set(key, result);
    return result;
  }

  #same(rows: readonly T[]): boolean {
    return rows.length === this.#rows.length && rows.every((row, at) => row === this.#rows[at]);
  }
}
