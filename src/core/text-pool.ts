const CHUNK_BYTES = 16 * 1024;
const LENGTH_BYTES = 2;
const MAX_BYTES = 1_000;
/** Some 75,000 names of items. Of a million they would take a seventh of the memory, to be read in a few messages. */
const MAX_POOL_BYTES = 8 * 1024 * 1024;
/** The position of a text that was not kept. */
const NOT_KEPT = 0xffff_ffff;

/**
 * Keeps many short texts in buffers, outside the heap. They are rarely read, and as strings they would take much more. When
 * it is full, it keeps no more.
 */
export class TextPool {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #used = CHUNK_BYTES;

  constructor(maxBytes = MAX_POOL_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Adds a text; of a very long one only the beginning. @returns its position, for `at` */
  add(text: string): number {
    const bytes = Math.min(MAX_BYTES, Buffer.byteLength(text));
    if (this.#used + LENGTH_BYTES + bytes > CHUNK_BYTES) {
      if (this.#chunks.length * CHUNK_BYTES >= this.#maxBytes) return NOT_KEPT;
      this.#chunks.push(Buffer.allocUnsafeSlow(CHUNK_BYTES));
      this.#used = 0;
    }
    const chunk = this.#chunks.at(-1);
    const place = (this.#chunks.length - 1) * CHUNK_BYTES + this.#used;
    const written = chunk?.write(text, this.#used + LENGTH_BYTES, bytes) ?? 0;
    chunk?.writeUInt16LE(written, this.#used);
    this.#used += LENGTH_BYTES + written;
    return place;
  }

  /** The text, or one that stands for those that were not kept. */
  at(place: number): string {
    if (place === NOT_KEPT) return 'an earlier item';
    const chunk = this.#chunks[Math.floor(place / CHUNK_BYTES)];
    const start = place % CHUNK_BYTES;
    return chunk?.toString('utf8', start + LENGTH_BYTES, start + LENGTH_BYTES + chunk.readUInt16LE(start)) ?? '';
  }
}
