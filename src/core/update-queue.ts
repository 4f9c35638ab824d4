import { entityJson } from './entity-json.ts';
import type { Kind, StoredEntity } from './model.ts';
import { IDENTIFIERS_PER_QUESTION, type OldValues } from './old-values.ts';
import { Packer } from './pack.ts';
import type { Catalog } from './ports.ts';
import type { Update, Write, WriteNote } from './write.ts';

/** While the answer to one question is being written, the next one is asked. */
const LEAST_QUESTIONS = 2;

/** Whether a write is of a kind; undefined: of any. */
export function isOf(write: Pick<Write, 'kind'>, kind: Kind | undefined): boolean {
  return kind === undefined || write.kind === kind;
}

/** Collects updates until one question reads the old values of many, and hands them on with these. */
export class UpdateQueue {
  readonly #oldValues: OldValues;
  readonly #limits: Catalog['limits'];
  readonly #handOn: (write: Write, before: StoredEntity | undefined) => Promise<void>;
  readonly #waiting = new Map<string, Packer<Update>>();
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** @param limits those of batches: as much as one may have waits for one question */
  constructor(
    oldValues: OldValues,
    limits: Catalog['limits'],
    handOn: (write: Write, before: StoredEntity | undefined) => Promise<void>,
  ) {
    this.#oldValues = oldValues;
    this.#limits = limits;
    this.#handOn = handOn;
  }

  /** @throws on abort, and what `handOn` has thrown */
  async add(update: Update): Promise<void> {
    const { entity } = update.write;
    const limits = { items: IDENTIFIERS_PER_QUESTION, bytes: this.#limits.bytesPerBatch };
    const packer = this.#waiting.get(entity.blueprint) ?? new Packer<Update>(limits);
    this.#waiting.set(entity.blueprint, packer);
    const closed = packer.add({ item: update, bytes: Buffer.byteLength(entityJson(entity)) });
    if (closed) await this.#ask(closed);
    if (packer.isFull) await this.#ask(packer.take());
  }

  /** Returns when those of a kind, or all, are handed on. @throws on abort, and what `handOn` has thrown */
  async flush(kind?: Kind): Promise<void> {
    for (const packer of this.#waiting.values()) {
      if (packer.has(({ write }) => isOf(write, kind))) await this.#ask(packer.take());
    }
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
    while (this.#underWay.size >= this.#questionsInFlight) await Promise.race(this.#underWay);
    if (this.#failure) throw this.#failure.error;
    const work = this.#readAndHandOn(first.note, updates).catch((error: unknown) => {
      this.#failure ??= { error };
    });
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  /** So many that as many batches can be written as may be in flight: one more is asked while these are handed on. */
  get #questionsInFlight(): number {
    const { batchesInFlight, entitiesPerBatch } = this.#limits;
    return Math.max(LEAST_QUESTIONS, Math.ceil((batchesInFlight * entitiesPerBatch) / IDENTIFIERS_PER_QUESTION) + 1);
  }

  async #readAndHandOn({ state }: WriteNote, updates: readonly Update[]): Promise<void> {
    const known = await this.#oldValues.fieldsOf(
      state,
      updates.map(({ identifier }) => identifier),
    );
    for (const { write, identifier } of updates) await this.#handOn(write, known.get(identifier));
  }
}
