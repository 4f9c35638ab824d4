import { entityJson } from './entity-json.ts';
import type { LaneBook } from './lane-book.ts';
import type { Entity, Kind, MappingFlags } from './model.ts';
import { Packer } from './pack.ts';
import type { Catalog, UpsertOutcome } from './ports.ts';
import type { Recorder } from './recorder.ts';
import { isOf, UpdateQueue } from './update-queue.ts';
import { asUpdate, type ReadyWrite, type Write } from './write.ts';

const NO_ANSWER: UpsertOutcome = { type: 'refused', code: 'no_answer', message: 'Port said nothing about it' };

/** Who watches the writes. */
export interface Watching {
  readonly recorder?: Recorder | undefined;
  readonly lanes: LaneBook;
}

/** Where a write is whose outcome is not known yet; in neither: its old values are being read, or its batch waits. */
interface Unsettled {
  packer?: Packer<PackedWrite> | undefined;
  batch?: Promise<void>;
}

interface PackedWrite {
  readonly write: ReadyWrite;
  /** The bytes of the entity's JSON text. */
  readonly bytes: number;
  readonly unsettled: Unsettled;
}

/**
 * Packs entities into full batches per blueprint, and keeps several batches in flight. `add` waits when enough are in
 * flight, so that reading is not faster than writing.
 */
export class Writer {
  readonly #catalog: Catalog;
  readonly #flags: MappingFlags;
  readonly #signal: AbortSignal;
  readonly #recorder: Recorder | undefined;
  readonly #lanes: LaneBook;
  readonly #packers = new Map<string, Packer<PackedWrite>>();
  readonly #inFlight = new Set<Promise<void>>();
  #bytesInFlight = 0;
  /** Reads what entities of ours are before they change; undefined when the journal does not keep it. */
  readonly #updates: UpdateQueue | undefined;
  readonly #unsettled = new Map<string, Unsettled>();
  #failure: { readonly error: unknown } | undefined;

  constructor(catalog: Catalog, flags: MappingFlags, signal: AbortSignal, { recorder, lanes }: Watching) {
    this.#lanes = lanes;
    this.#recorder = recorder;
    this.#updates =
      recorder?.oldValues &&
      new UpdateQueue(recorder.oldValues, catalog.limits, (write, before) => this.#pack({ ...write, before }));
    this.#catalog = catalog;
    this.#flags = flags;
    this.#signal = signal;
  }

  /** @throws the error of an earlier batch that ends the run (credentials, abort) */
  async add(write: Write): Promise<void> {
    const key = keyOf(write.entity);
    // Two writes of one entity must not be in flight at the same time, or they may be applied in the wrong order.
    for (let other = this.#unsettled.get(key); other; other = this.#unsettled.get(key))
      await this.#settle(other, write.kind);
    this.#unsettled.set(key, {});
    const update = this.#updates && asUpdate(write);
    await (update ? this.#updates?.add(update) : this.#pack(write));
  }

  async #pack(write: ReadyWrite): Promise<void> {
    const packerKey = `${write.merge ? 'merge' : 'replace'} ${write.entity.blueprint}`;
    const { entitiesPerBatch, bytesPerBatch } = this.#catalog.limits;
    const packer =
      this.#packers.get(packerKey) ?? new Packer<PackedWrite>({ items: entitiesPerBatch, bytes: bytesPerBatch });
    this.#packers.set(packerKey, packer);
    const bytes = Buffer.byteLength(entityJson(write.entity));
    const unsettled = this.#unsettled.get(keyOf(write.entity)) ?? {};
    const closed = packer.add({ item: { write, bytes, unsettled }, bytes });
    unsettled.packer = packer;
    if (closed) await this.#send(closed);
    if (packer.isFull) await this.#send(packer.take());
  }

  /** Waits for the other write of an entity. It need not be settled yet when this returns. */
  async #settle({ packer, batch }: Unsettled, kind: Kind): Promise<void> {
    if (packer) await this.#send(packer.take());
    else if (batch) await this.#lanes.without(kind, 'compare', () => batch);
    else await this.flush();
    this.#rethrow();
  }

  /**
   * Sends everything that is packed, or what is packed with something of a kind, and waits until it is written. Batches of
   * other kinds can still be filled.
   */
  async flush(kind?: Kind): Promise<void> {
    await this.#updates?.flush(kind);
    for (const packer of this.#packers.values()) {
      if (packer.has(({ write }) => isOf(write, kind))) await this.#send(packer.take());
    }
    await Promise.all(this.#inFlight);
    this.#rethrow();
  }

  /** Waits until nothing is in flight any more, however it ends, so that all of it is recorded. */
  async settled(): Promise<void> {
    await this.#updates?.settled();
    await Promise.all(this.#inFlight);
  }

  async #send(packed: readonly PackedWrite[]): Promise<void> {
    for (const { unsettled } of packed) unsettled.packer = undefined;
    this.#rethrow();
    const [first] = packed;
    if (!first) return;
    const bytes = packed.reduce((sum, one) => sum + one.bytes, 0);
    const { kind } = first.write;
    while (!this.#hasRoom(bytes)) await this.#lanes.without(kind, 'compare', () => Promise.race(this.#inFlight));
    this.#rethrow();
    const writes = packed.map(({ write }) => write);
    this.#bytesInFlight += bytes;
    const batch = this.#deliver(writes, first.write)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#inFlight.delete(batch);
        this.#bytesInFlight -= bytes;
      });
    this.#inFlight.add(batch);
    for (const { unsettled } of packed) unsettled.batch = batch;
  }

  #hasRoom(bytes: number): boolean {
    const { batchesInFlight, bytesInFlight } = this.#catalog.limits;
    if (this.#inFlight.size === 0) return true;
    return this.#inFlight.size < batchesInFlight && this.#bytesInFlight + bytes <= bytesInFlight;
  }

  async #deliver(writes: readonly ReadyWrite[], { entity, merge }: Write): Promise<void> {
    const entities = writes.map((write) => write.entity);
    const batch = { blueprint: entity.blueprint, merge, entities };
    const kinds = [...new Set(writes.map(({ kind }) => kind))];
    const upsert = () => this.#catalog.upsert(batch, this.#flags, this.#signal);
    const outcomes = await this.#lanes.time(kinds, 'write', upsert).catch(async (error: unknown) => {
      const lost = this.#recorder?.lostAnswer(error);
      if (lost) await this.#record(writes.map((write) => ({ write, outcome: lost })));
      throw error;
    });
    const settled = writes.map((write, index) => ({ write, outcome: finalOutcome(write, outcomes[index]) }));
    const recorded = this.#record(settled);
    for (const { write, outcome } of settled) {
      this.#unsettled.delete(keyOf(write.entity));
      if (outcome.type === 'written') this.#lanes.add(write.kind, 'write', 1);
      write.done(outcome);
    }
    await recorded;
  }

  /** Adds the rows of these writes to the journal. They are made at once, before anybody else is told the outcomes. */
  async #record(settled: readonly { readonly write: ReadyWrite; readonly outcome: UpsertOutcome }[]): Promise<void> {
    const rows = settled.map(({ write, outcome }) => {
      const { note } = write;
      if (!note || outcome.type === 'missing_relation') return undefined;
      return this.#recorder?.rowOf({ ...write, note }, outcome);
    });
    await this.#recorder?.append(rows.filter((row) => row !== undefined));
  }

  #rethrow(): void {
    this.#signal.throwIfAborted();
    if (this.#failure) throw this.#failure.error;
  }
}

function finalOutcome({ last }: Write, outcome: UpsertOutcome = NO_ANSWER): UpsertOutcome {
  if (outcome.type !== 'missing_relation' || !last) return outcome;
  return { ...outcome, type: 'refused', code: 'not_found' };
}

function keyOf({ blueprint, identifier }: Entity): string {
  return `${blueprint} ${typeof identifier === 'string' ? identifier : JSON.stringify(identifier)}`;
}
