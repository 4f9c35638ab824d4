/** Collects items into batches that keep both limits exactly: a count, and the bytes of the JSON request body. */
export interface PackLimits {
  readonly items: number;
  /** Bytes of the whole body, envelope included. */
  readonly bytes: number;
}

/** Port: `{"entities":[…]}` around the items of a bulk request. */
export const ENVELOPE_BYTES = Buffer.byteLength('{"entities":[]}');

export interface Sized<T> {
  readonly item: T;
  /** Bytes of the item's own JSON text. */
  readonly bytes: number;
}

/** An accumulating batch. Order is kept; an item too large for any batch is refused by `add`'s caller beforehand. */
export class Packer<T> {
  readonly #limits: PackLimits;
  #items: T[] = [];
  #bytes = ENVELOPE_BYTES;

  constructor(limits: PackLimits) {
    this.#limits = limits;
  }

  /** Adds one item. @returns the batch that had to be closed before it, if any */
  add({ item, bytes }: Sized<T>): readonly T[] | undefined {
    const comma = this.#items.length > 0 ? 1 : 0;
    const full = this.#items.length >= this.#limits.items || this.#bytes + comma + bytes > this.#limits.bytes;
    const closed = full && this.#items.length > 0 ? this.take() : undefined;
    this.#bytes += (this.#items.length > 0 ? 1 : 0) + bytes;
    this.#items.push(item);
    return closed;
  }

  /** Closes the current batch. */
  take(): readonly T[] {
    const items = this.#items;
    this.#items = [];
    this.#bytes = ENVELOPE_BYTES;
    return items;
  }

  get isFull(): boolean {
    return this.#items.length >= this.#limits.items;
  }
}
