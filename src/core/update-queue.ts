import { entityJson } from './entity-json.ts';
import type { StoredEntity } from './model.ts';
import { IDENTIFIERS_PER_QUESTION, type OldValues } from './old-values.ts';
import { Packer } from './pack.ts';
import type { Update, Write, WriteNote } from './write.ts';

/** While the answer to one question is being written, the next one is asked. */
const QUESTIONS_IN_FLIGHT = 2;

/** Collects updates until one question reads the old values of many, and hands them on with these. */
export class UpdateQueue {
  readonly #oldValues: OldValues;
  readonly #maxBytes: number;
  readonly #handOn: (write: Write, before: StoredEntity | undefined) => Promise<void>;
  readonly #waiting = new Map<string, Packer<Update>>();
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** @param maxBytes how much may wait for one question */
  constructor(
    oldValues: OldValues,
    maxBytes: number,
    handOn: (write: Write, before: StoredEntity | undefined) => Promise<void>,
  ) {
    this.#oldValues = oldValues;
    this.#maxBytes = maxBytes;
    this.#handOn = handOn;
  }

  /** @throws on abort, and what `handOn` has thrown */
  async add(update: Update): Promise<void> {
    const { entity } = update.write;
    const limits = { items: IDENTIFIERS_PER_QUESTION, bytes: this.#maxBytes };
    const packer = this.#waiting.get(entity.blueprint) ?? new Packer<Update>(limits);
    this.#waiting.set(entity.blueprint, packer);
    const closed = packer.add({ item: update, bytes: Buffer.byteLength(entityJson(entity)) });
    if (closed) await this.#ask(closed);
    if (packer.isFull) await this.#ask(packer.take());
  }

  /** Returns when all are handed on. @throws on abort, and what `handOn` has thrown */
  async flush(): Promise<void> {
    for (const packer of this.#waiting.values()) await this.#ask(packer.take());
    await Promise.all(this.#underWay);
    if (this.#failure) throw this.#failure.error;
  }

  /** Waits until nothing is under way any more, however it ends. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Starts one question. It is not waited for, so that other entities are written meanwhile. */
  async #ask(updates: readonly Update[]): Promise<void> {
    const [first] = updates;
    if (!first) return;
    while (this.#underWay.size >= QUESTIONS_IN_FLIGHT) await Promise.race(this.#underWay);
    if (this.#failure) throw this.#failure.error;
    const work = this.#readAndHandOn(first.note, updates).catch((error: unknown) => {
      this.#failure ??= { error };
    });
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  async #readAndHandOn({ state }: WriteNote, updates: readonly Update[]): Promise<void> {
    const known = await this.#oldValues.fieldsOf(
      state,
      updates.map(({ identifier }) => identifier),
    );
    for (const { write, identifier } of updates) await this.#handOn(write, known.get(identifier));
  }
}
