/** The limits of a batch: the number of items, and the bytes of the JSON request body. */
export interface PackLimits {
  readonly items: number;
  /** The bytes of the whole body, with the envelope. */
  readonly bytes: number;
}

/** The bytes around the items of a bulk request: `{"entities":[…]}`. */
export const ENVELOPE_BYTES = Buffer.byteLength('{"entities":[]}');

export interface Sized<T> {
  readonly item: T;
  /** The bytes of the item's JSON text. */
  readonly bytes: number;
}

/** Collects items into batches, in order. The caller of `add` must not add an item that is too large for any batch. */
export class Packer<T> {
  readonly #limits: PackLimits;
  #items: T[] = [];
  #bytes = ENVELOPE_BYTES;

  constructor(limits: PackLimits) {
    this.#limits = limits;
  }

  /** Adds one item. @returns the current batch, if the item does not fit into it */
  add({ item, bytes }: Sized<T>): readonly T[] | undefined {
    const comma = this.#items.length > 0 ? 1 : 0;
    const full = this.#items.length >= this.#limits.items || this.#bytes + comma + bytes > this.#limits.bytes;
    const closed = full && this.#items.length > 0 ? this.take() : undefined;
    this.#bytes += (this.#items.length > 0 ? 1 : 0) + bytes;
    this.#items.push(item);
    return closed;
  }

  /** Ends the current batch and returns it. */
  take(): readonly T[] {
    const items = this.#items;
    this.#items = [];
    this.#bytes = ENVELOPE_BYTES;
    return items;
  }

  has(isWanted: (item: T) => boolean): boolean {
    return this.#items.some(isWanted);
  }

  get isFull(): boolean {
    return this.#items.length >= this.#limits.items;
  }
}
