import { entityJson } from './entity-json.ts';
import type { Entity, MappingFlags } from './model.ts';
import { Packer } from './pack.ts';
import type { Catalog, UpsertOutcome } from './ports.ts';

/** One entity on its way to Port. */
export interface Write {
  readonly entity: Entity;
  /** False: Port drops the fields that the entity does not have. */
  readonly merge: boolean;
  /** Called with the outcome. */
  readonly done: (outcome: UpsertOutcome) => void;
}

/**
 * Packs entities into full batches per blueprint, and keeps several batches in flight. `add` waits when enough are in
 * flight, so that reading is not faster than writing.
 */
export class Writer {
  readonly #catalog: Catalog;
  readonly #flags: MappingFlags;
  readonly #signal: AbortSignal;
  readonly #packers = new Map<string, Packer<Write>>();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #unsettledKeys = new Set<string>();
  #failure: { readonly error: unknown } | undefined;

  constructor(catalog: Catalog, flags: MappingFlags, signal: AbortSignal) {
    this.#catalog = catalog;
    this.#flags = flags;
    this.#signal = signal;
  }

  /** @throws the error of an earlier batch that ends the run (credentials, abort) */
  async add(write: Write): Promise<void> {
    const key = keyOf(write.entity);
    // Two writes of one entity must not be in flight at the same time, or they may be applied in the wrong order.
    if (this.#unsettledKeys.has(key)) await this.flush();
    this.#unsettledKeys.add(key);
    const packerKey = `${write.merge ? 'merge' : 'replace'} ${write.entity.blueprint}`;
    const { entitiesPerBatch, bytesPerBatch } = this.#catalog.limits;
    const packer = this.#packers.get(packerKey) ?? new Packer<Write>({ items: entitiesPerBatch, bytes: bytesPerBatch });
    this.#packers.set(packerKey, packer);
    const closed = packer.add({ item: write, bytes: Buffer.byteLength(entityJson(write.entity)) });
    if (closed) await this.#send(closed);
    if (packer.isFull) await this.#send(packer.take());
  }

  /** Sends everything that is packed, and waits until all is written. */
  async flush(): Promise<void> {
    for (const packer of this.#packers.values()) await this.#send(packer.take());
    await Promise.all(this.#inFlight);
    this.#rethrow();
  }

  async #send(writes: readonly Write[]): Promise<void> {
    this.#rethrow();
    const [first] = writes;
    if (!first) return;
    while (this.#inFlight.size >= this.#catalog.limits.batchesInFlight) await Promise.race(this.#inFlight);
    this.#rethrow();
    const batch = this.#deliver(writes, first).catch((error: unknown) => {
      this.#failure ??= { error };
    });
    this.#inFlight.add(batch);
    void batch.finally(() => this.#inFlight.delete(batch));
  }

  async #deliver(writes: readonly Write[], { entity, merge }: Write): Promise<void> {
    const entities = writes.map((write) => write.entity);
    const outcomes = await this.#catalog.upsert(
      { blueprint: entity.blueprint, merge, entities },
      this.#flags,
      this.#signal,
    );
    for (const [index, write] of writes.entries()) {
      this.#unsettledKeys.delete(keyOf(write.entity));
      write.done(outcomes[index] ?? { type: 'refused', code: 'no_answer', message: 'Port said nothing about it' });
    }
  }

  #rethrow(): void {
    this.#signal.throwIfAborted();
    if (this.#failure) throw this.#failure.error;
  }
}

function keyOf({ blueprint, identifier }: Entity): string {
  return `${blueprint} ${typeof identifier === 'string' ? identifier : JSON.stringify(identifier)}`;
}
