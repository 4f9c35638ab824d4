import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonBytes } from '../../src/core/conform.ts';
import { LaneBook } from '../../src/core/lane-book.ts';
import type { Entity, Mapping } from '../../src/core/model.ts';
import type { UpsertBatch, UpsertOutcome } from '../../src/core/ports.ts';
import type { Write } from '../../src/core/write.ts';
import { Writer } from '../../src/core/writer.ts';
import { memoryCatalog } from './memory-catalog.ts';

const mapping: Mapping = {
  flags: {
    enableMergeEntity: true,
    deleteDependentEntities: false,
    createMissingRelatedEntities: true,
    entityDeletionThreshold: null,
  },
  entries: [],
  disabled: [],
};
const never = new AbortController().signal;
const SMALL = { entitiesPerBatch: 4, bytesPerBatch: 400, batchesInFlight: 2, bytesInFlight: 8_000_000 };

interface Sent extends UpsertBatch {
  readonly startedAt: number;
  landedAt: number;
}

type UpsertBehaviour = (batch: UpsertBatch) => Promise<readonly UpsertOutcome[]>;

/** A writer over a catalog that answers as it is told, with a record of all that reached it. */
function setUp(answer: UpsertBehaviour, limits = SMALL, signal = never) {
  const sent: Sent[] = [];
  const flags: unknown[] = [];
  let time = 0;
  let inFlight = 0;
  let mostInFlight = 0;
  const catalog = {
    ...memoryCatalog({}, mapping).catalog,
    limits,
    async upsert(batch: UpsertBatch, asked: unknown) {
      time += 1;
      const record: Sent = { ...batch, startedAt: time, landedAt: Number.POSITIVE_INFINITY };
      sent.push(record);
      flags.push(asked);
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      try {
        return await answer(batch);
      } finally {
        inFlight -= 1;
        time += 1;
        record.landedAt = time;
      }
    },
  };
  return {
    writer: new Writer(catalog, mapping.flags, signal, { lanes: new LaneBook(Date.now) }),
    sent,
    flags,
    inFlight: () => inFlight,
    mostInFlight: () => mostInFlight,
  };
}

/** Says of every entity which it was, so that an outcome given to the wrong one shows. */
function named({ entities }: UpsertBatch): readonly UpsertOutcome[] {
  return entities.map(({ properties }) => ({ type: 'written', identifier: String(properties.serial), created: null }));
}

interface Planned {
  readonly entity: Entity;
  readonly merge: boolean;
}

const planned: fc.Arbitrary<readonly Planned[]> = fc
  .array(
    fc.record({
      blueprint: fc.constantFrom('a', 'b'),
      identifier: fc.constantFrom('x', 'y', 'z', 'other 1', 'other 2', 'other 3', 'other 4', 'other 5'),
      text: fc.string({ unit: fc.constantFrom('a', 'é', '船', '🚢', '"'), maxLength: 60 }),
      merge: fc.boolean(),
      fresh: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((writes) =>
    writes.map(({ blueprint, identifier, text, merge, fresh }, serial) => ({
      entity: {
        blueprint,
        identifier: fresh ? `${identifier} ${serial}` : identifier,
        properties: { text, serial },
        relations: {},
      },
      merge,
    })),
  );

function keyOf({ blueprint, identifier }: Entity): string {
  return JSON.stringify([blueprint, identifier]);
}

function serialsOf(entities: readonly Entity[]): number[] {
  return entities.map(({ properties }) => Number(properties.serial));
}

/** Writes everything and waits for the end; the order in which batches land is the scheduler's. */
async function writeAll(writer: Writer, writes: readonly Planned[], told: Map<number, UpsertOutcome[]>) {
  for (const [serial, { entity, merge }] of writes.entries()) {
    const done: Write['done'] = (outcome) => told.set(serial, [...(told.get(serial) ?? []), outcome]);
    await writer.add({ kind: 'thing', entity, merge, done });
  }
  await writer.flush();
}

describe('Writer', () => {
  it('loses nothing, doubles nothing and tells each write once how it went, whatever lands first', async () => {
    await fc.assert(
      fc.asyncProperty(planned, fc.scheduler(), async (writes, scheduler) => {
        const { writer, sent, inFlight } = setUp((batch) => scheduler.schedule(Promise.resolve(named(batch))));
        const told = new Map<number, UpsertOutcome[]>();
        await scheduler.waitFor(writeAll(writer, writes, told));
        expect(inFlight()).toBe(0);
        const arrived = sent.flatMap(({ entities }) => entities);
        expect(serialsOf(arrived).sort((a, b) => a - b)).toEqual(writes.map((_, serial) => serial));
        for (const entity of arrived) expect(entity).toEqual(writes[Number(entity.properties.serial)]?.entity);
        for (const serial of writes.keys()) {
          expect(told.get(serial)).toEqual([{ type: 'written', identifier: String(serial), created: null }]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps every limit: items, bytes, batches in flight, one blueprint and one way of writing in each', async () => {
    await fc.assert(
      fc.asyncProperty(planned, fc.scheduler(), async (writes, scheduler) => {
        const { writer, sent, mostInFlight } = setUp((batch) => scheduler.schedule(Promise.resolve(named(batch))));
        await scheduler.waitFor(writeAll(writer, writes, new Map()));
        expect(mostInFlight()).toBeLessThanOrEqual(SMALL.batchesInFlight);
        for (const { blueprint, merge, entities } of sent) {
          expect(entities.length).toBeGreaterThan(0);
          expect(entities.length).toBeLessThanOrEqual(SMALL.entitiesPerBatch);
          expect(jsonBytes({ entities })).toBeLessThanOrEqual(SMALL.bytesPerBatch);
          for (const entity of entities) {
            expect(entity.blueprint).toBe(blueprint);
            expect(writes[Number(entity.properties.serial)]?.merge).toBe(merge);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('lands the versions of one entity in order, never side by side', async () => {
    await fc.assert(
      fc.asyncProperty(planned, fc.scheduler(), async (writes, scheduler) => {
        const { writer, sent } = setUp((batch) => scheduler.schedule(Promise.resolve(named(batch))));
        await scheduler.waitFor(writeAll(writer, writes, new Map()));
        const versions = sent.flatMap(({ entities, startedAt, landedAt }) =>
          entities.map((entity) => ({
            key: keyOf(entity),
            serial: Number(entity.properties.serial),
            startedAt,
            landedAt,
          })),
        );
        for (const one of versions) {
          for (const other of versions) {
            if (one.key === other.key && one.serial < other.serial) expect(one.landedAt).toBeLessThan(other.startedAt);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('sends batches as full as the limits allow, across pages, when every entity comes once', async () => {
    await fc.assert(
      fc.asyncProperty(planned, async (writes) => {
        const unique = writes.map(({ entity, merge }, serial) => ({
          entity: { ...entity, identifier: `e${serial}`, properties: { ...entity.properties, serial } },
          merge,
        }));
        const { writer, sent } = setUp(async (batch) => named(batch));
        await writeAll(writer, unique, new Map());
        const laneOf = ({ blueprint, merge }: Sent) => `${blueprint} ${merge}`;
        for (const lane of new Set(sent.map(laneOf))) {
          const batches = sent.filter((batch) => laneOf(batch) === lane);
          for (const [index, { entities }] of batches.entries()) {
            const next = batches[index + 1]?.entities[0];
            if (next === undefined) continue;
            const fits =
              entities.length < SMALL.entitiesPerBatch &&
              jsonBytes({ entities: [...entities, next] }) <= SMALL.bytesPerBatch;
            expect(fits).toBe(false);
          }
        }
      }),
    );
  });

  const write = (identifier: string, done: Write['done'] = () => undefined): Write => ({
    kind: 'thing',
    entity: { blueprint: 'a', identifier, properties: { serial: identifier }, relations: {} },
    merge: true,
    done,
  });

  it('sends a full batch at once, without waiting for the next entity', async () => {
    const { writer, sent } = setUp(async (batch) => named(batch));
    for (const name of ['1', '2', '3']) await writer.add(write(name));
    expect(sent).toHaveLength(0);
    await writer.add(write('4'));
    expect(sent.map(({ entities }) => entities.length)).toEqual([4]);
  });

  it('waits with the next batch while as many are in flight as may be', async () => {
    const landing: (() => void)[] = [];
    const { writer, sent } = setUp((batch) => new Promise((resolve) => landing.push(() => resolve(named(batch)))), {
      ...SMALL,
      entitiesPerBatch: 1,
    });
    await writer.add(write('1'));
    await writer.add(write('2'));
    let added = false;
    const third = writer.add(write('3')).then(() => (added = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([sent.length, added]).toEqual([2, false]);
    landing[1]?.();
    await third;
    expect(sent.length).toBe(3);
    landing[0]?.();
    landing[2]?.();
    await writer.flush();
  });

  it('waits for the batch of the same entity, and for no other', async () => {
    const landing: (() => void)[] = [];
    const { writer, sent } = setUp((batch) => new Promise((resolve) => landing.push(() => resolve(named(batch)))), {
      ...SMALL,
      batchesInFlight: 9,
    });
    for (const name of ['1', '2', '3', '4', '5', '6', '7', '8', '9']) await writer.add(write(name));
    const again = [writer.add(write('5')), writer.add(write('9'))];
    await new Promise((resolve) => setImmediate(resolve));
    // What waits for its batch to be full is sent, for its next version waits for it.
    expect(sent.map(({ entities }) => entities.map(({ identifier }) => identifier).join())).toEqual([
      '1,2,3,4',
      '5,6,7,8',
      '9',
    ]);
    landing[1]?.();
    await again[0];
    landing[2]?.();
    await again[1];
    const flushed = writer.flush();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent.length).toBe(4);
    for (const land of landing) land();
    await flushed;
  });

  it('has no more bytes in flight than may be, however many batches may be, and one batch in any case', async () => {
    const landing: (() => void)[] = [];
    const { writer, sent } = setUp((batch) => new Promise((resolve) => landing.push(() => resolve(named(batch)))), {
      ...SMALL,
      entitiesPerBatch: 1,
      batchesInFlight: 9,
      bytesInFlight: 200,
    });
    const large = (name: string) => {
      const one = write(name);
      return { ...one, entity: { ...one.entity, properties: { serial: name, text: 'x'.repeat(250) } } };
    };
    await writer.add(large('1'));
    const rest = (async () => {
      for (const name of ['2', '3', '4']) await writer.add(write(name));
    })();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent.length).toBe(1);
    landing[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent.length).toBe(3);
    landing[1]?.();
    await rest;
    const flushed = writer.flush();
    for (const land of landing) land();
    await flushed;
    expect(sent.length).toBe(4);
  });

  it('follows how many batches may be in flight now', async () => {
    const landing: (() => void)[] = [];
    let allowed = 1;
    const limits = {
      ...SMALL,
      entitiesPerBatch: 1,
      get batchesInFlight() {
        return allowed;
      },
    };
    const { writer, sent } = setUp(
      (batch) => new Promise((resolve) => landing.push(() => resolve(named(batch)))),
      limits,
    );
    await writer.add(write('1'));
    const more = ['2', '3', '4'].map((name) => writer.add(write(name)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent.length).toBe(1);
    allowed = 3;
    landing[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent.length).toBe(4);
    await Promise.all(more);
    for (const land of landing) land();
    await writer.flush();
  });

  it('keeps the versions of what only a search names apart too, and different searches together', async () => {
    const find = (name: string): Write => ({
      ...write(name),
      entity: { ...write(name).entity, identifier: { combinator: 'and', rules: [{ operator: '=', value: name }] } },
    });
    const together = setUp(async (batch) => named(batch), { ...SMALL, bytesPerBatch: 4000 });
    for (const name of ['1', '2', '3', '4']) await together.writer.add(find(name));
    expect(together.sent.map(({ entities }) => entities.length)).toEqual([4]);
    const apart = setUp(async (batch) => named(batch));
    for (const name of ['1', '2', '1']) await apart.writer.add(find(name));
    await apart.writer.flush();
    expect(apart.sent.map(({ entities }) => entities.length)).toEqual([2, 1]);
  });

  it('hands the flags of the mapping on', async () => {
    const { writer, flags } = setUp(async (batch) => named(batch));
    await writer.add(write('1'));
    await writer.flush();
    expect(flags).toEqual([mapping.flags]);
  });

  it('takes silence for a refusal', async () => {
    const { writer } = setUp(async (batch) => named(batch).slice(1));
    const told: UpsertOutcome[] = [];
    await writer.add(write('1', (outcome) => told.push(outcome)));
    await writer.add(write('2', (outcome) => told.push(outcome)));
    await writer.flush();
    expect(told).toEqual([
      { type: 'written', identifier: '2', created: null },
      { type: 'refused', code: 'no_answer', message: 'Port said nothing about it' },
    ]);
  });

  it('ends with the first error that concerns the whole run, and tells nobody that it went well', async () => {
    let calls = 0;
    const told: UpsertOutcome[] = [];
    const { writer } = setUp(async () => {
      calls += 1;
      throw new Error(`credentials ${calls}`);
    });
    await writer.add(write('1', (outcome) => told.push(outcome)));
    const first = new Error('credentials 1');
    expect(await writer.flush().catch((error: unknown) => error)).toEqual(first);
    expect(await writer.flush().catch((error: unknown) => error)).toEqual(first);
    const more = async () => {
      for (const name of ['2', '3', '4', '5', '6']) await writer.add(write(name));
    };
    expect(await more().catch((error: unknown) => error)).toEqual(first);
    expect([told, calls]).toEqual([[], 1]);
  });

  it('sends nothing more once it was told to stop', async () => {
    const controller = new AbortController();
    const { writer, sent } = setUp(async (batch) => named(batch), SMALL, controller.signal);
    await writer.add(write('1'));
    controller.abort(new Error('stop'));
    await expect(writer.flush()).rejects.toThrow('stop');
    expect(sent).toEqual([]);
  });
});
