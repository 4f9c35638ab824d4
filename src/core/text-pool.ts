const CHUNK_BYTES = 16 * 1024;
const LENGTH_BYTES = 2;
const MAX_BYTES = 1_000;

/** Keeps many short texts in buffers, outside the heap. They are rarely read, and as strings they would take much more. */
export class TextPool {
  readonly #chunks: Buffer[] = [];
  #used = CHUNK_BYTES;

  /** Adds a text; of a very long one only the beginning. @returns its position, for `at` */
  add(text: string): number {
    const bytes = Math.min(MAX_BYTES, Buffer.byteLength(text));
    if (this.#used + LENGTH_BYTES + bytes > CHUNK_BYTES) {
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

  at(place: number): string {
    const chunk = this.#chunks[Math.floor(place / CHUNK_BYTES)];
    const start = place % CHUNK_BYTES;
    return chunk?.toString('utf8', start + LENGTH_BYTES, start + LENGTH_BYTES + chunk.readUInt16LE(start)) ?? '';
  }
}
