const FIRST_CAPACITY = 256;
/** In a fuller table, searching for a slot takes long. */
const MAX_LOAD = 0.6;

/**
 * Counts fingerprints, in 20 to 40 bytes each. A Map of numbers takes 60 and more, which the garbage collector has to
 * visit. It is a hash table with open addressing over two arrays; 0, which is no fingerprint, marks an empty slot.
 */
export class FingerprintBag {
  #keys = new Float64Array(FIRST_CAPACITY);
  #counts = new Uint32Array(FIRST_CAPACITY);
  #size = 0;

  /** The number of different fingerprints. */
  get size(): number {
    return this.#size;
  }

  /** @returns how often it was added before */
  add(fingerprint: number): number {
    const at = this.#slotOf(fingerprint);
    const before = this.#counts[at] ?? 0;
    this.#counts[at] = before + 1;
    if (before > 0) return before;
    this.#keys[at] = fingerprint;
    this.#size += 1;
    if (this.#size > this.#keys.length * MAX_LOAD) this.#grow();
    return before;
  }

  count(fingerprint: number): number {
    return this.#counts[this.#slotOf(fingerprint)] ?? 0;
  }

  /** The slot of a fingerprint, or the empty slot for it. The low bits of fingerprints are evenly distributed. */
  #slotOf(fingerprint: number): number {
    const last = this.#keys.length - 1;
    let at = (fingerprint % 2 ** 32) & last;
    while (this.#keys[at] !== 0 && this.#keys[at] !== fingerprint) at = (at + 1) & last;
    return at;
  }

  #grow(): void {
    const keys = this.#keys;
    const counts = this.#counts;
    this.#keys = new Float64Array(keys.length * 2);
    this.#counts = new Uint32Array(keys.length * 2);
    for (const [index, key] of keys.entries()) {
      if (key === 0) continue;
      const at = this.#slotOf(key);
      this.#keys[at] = key;
      this.#counts[at] = counts[index] ?? 0;
    }
  }
}
