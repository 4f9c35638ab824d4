import { describe, expect, it } from 'vitest';
import {
  catalogMarkingWrites,
  catalogSkippingMarked,
  currentMark,
  WritesInProgress,
} from '../../src/core/catalog-guards.ts';
import type { SearchQuery } from '../../src/core/model.ts';
import type { Catalog, UpsertOutcome } from '../../src/core/ports.ts';
import { QueueUnavailable } from '../../src/core/run-queue.ts';
import { createInlineMarks } from '../../src/queue/inline-marks.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import { entity } from './shapes.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('WritesUnderWay', () => {
  it('lets nobody pass while an entity is being written, and everybody afterwards, also when it failed', async () => {
    const underWay = new WritesInProgress();
    const steps: string[] = [];
    let fail: (error: Error) => void = () => undefined;
    const write = underWay.during(
      'thing',
      ['a', 'b'],
      () =>
        new Promise<void>((_resolve, reject) => {
          fail = reject;
        }),
    );
    const waiting = underWay.settled('thing', ['b']).then(() => steps.push('b may be written'));
    await underWay.settled('thing', ['c']);
    await underWay.settled('other', ['a']);
    await turn();
    expect(steps).toEqual([]);
    fail(new Error('Port is away'));
    await expect(write).rejects.toThrow('Port is away');
    await waiting;
    expect(steps).toEqual(['b may be written']);
    await underWay.settled('thing', ['a', 'b']);
  });

  it('knows of the latest write when an entity is written twice', async () => {
    const underWay = new WritesInProgress();
    let finish: () => void = () => undefined;
    await underWay.during('thing', ['a'], async () => undefined);
    const second = underWay.during(
      'thing',
      ['a'],
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    let passed = false;
    const waiting = underWay.settled('thing', ['a']).then(() => {
      passed = true;
    });
    await turn();
    expect(passed).toBe(false);
    finish();
    await Promise.all([second, waiting]);
    expect(passed).toBe(true);
  });
});

describe('WritesUnderWay of one entity', () => {
  it('forgets none that still goes on when an earlier one ends', async () => {
    const underWay = new WritesInProgress();
    const ends: (() => void)[] = [];
    const write = () => underWay.during('thing', ['a'], () => new Promise<void>((resolve) => void ends.push(resolve)));
    const both = [write(), write()];
    ends[0]?.();
    await both[0];
    let passed = false;
    const waiting = underWay.settled('thing', ['a']).then(() => {
      passed = true;
    });
    await turn();
    expect(passed).toBe(false);
    ends[1]?.();
    await Promise.all([...both, waiting]);
  });
});

describe('catalogSkippingMarked', () => {
  const signal = new AbortController().signal;

  it('leaves alone what a live event has looked at since the run began, and says so, wherever the clock was set', async () => {
    const queue = createInlineQueue();
    await queue.markLive('e', 'thing', ['long ago']);
    const removed: string[] = [];
    const since = await currentMark(queue);
    const catalog = catalogSkippingMarked(removingCatalog(removed), queue, since, bothUnderWay());
    await queue.markLive('e', 'thing', ['back again']);
    const outcome = await catalog.remove('thing', ['long ago', 'back again', 'gone'], signal);
    expect(outcome).toEqual({ deleted: ['long ago', 'gone'], refused: [], superseded: ['back again'] });
    expect(removed).toEqual(['long ago', 'gone']);
    await queue.close();
  });

  it('goes on without marks where no queue can be reached', async () => {
    const away = async () => {
      throw new QueueUnavailable('Redis is away', 5);
    };
    const marks = { markLive: away, unmarkLive: away, latestMark: away, markedLive: away };
    const catalog = catalogSkippingMarked(removingCatalog([]), marks, await currentMark(marks), bothUnderWay());
    expect(await catalog.remove('thing', ['gone'], signal)).toMatchObject({ deleted: ['gone'] });
  });
});

describe('catalogMarkingWrites', () => {
  const signal = new AbortController().signal;

  it('leaves to the resync what Port refused to the live event, though the resync came by meanwhile', async () => {
    const queue = createInlineQueue();
    const underWay = bothUnderWay();
    const removed: string[] = [];
    const resync = catalogSkippingMarked(removingCatalog(removed), queue, await currentMark(queue), underWay);
    let refuse: () => void = () => undefined;
    const live = catalogMarkingWrites(
      {
        ...removingCatalog([]),
        remove: (_blueprint, identifiers) =>
          new Promise((resolve) => {
            const refused = identifiers.map((identifier) => ({ identifier, code: 'x', message: '' }));
            refuse = () => resolve({ deleted: [], refused });
          }),
      },
      queue,
      underWay,
    );
    const trying = live.remove('thing', ['gone'], signal);
    await turn();
    const outcome = resync.remove('thing', ['gone', 'other'], signal);
    await turn();
    expect(removed).toEqual(['other']);
    refuse();
    await trying;
    expect(await outcome).toEqual({ deleted: ['other', 'gone'], refused: [], superseded: [] });
    await queue.close();
  });
});

describe('both together', () => {
  const signal = new AbortController().signal;
  const flags = { createMissingRelatedEntities: false };
  const batchOf = (...names: (string | SearchQuery)[]) => ({
    blueprint: 'thing',
    merge: true,
    entities: names.map((identifier) => entity({ identifier })),
  });
  const search: SearchQuery = { combinator: 'and', rules: [] };

  /** A Port that answers when it is told to: what it takes, it calls by its own names. */
  function slowPort(refuses: readonly string[] = []) {
    const calls: { readonly names: readonly unknown[]; readonly answer: () => void; readonly fail: () => void }[] = [];
    const taking = <T>(names: readonly unknown[], outcome: () => T) =>
      new Promise<T>((resolve, reject) => {
        calls.push({ names, answer: () => resolve(outcome()), fail: () => reject(new Error('Port is away')) });
      });
    const isRefused = (identifier: unknown) => refuses.includes(String(identifier));
    const catalog: Catalog = {
      ...removingCatalog([]),
      upsert: async ({ entities }) =>
        taking(
          entities.map(({ identifier }) => identifier),
          () =>
            entities.map(({ identifier }): UpsertOutcome => {
              if (isRefused(identifier)) return { type: 'refused', code: 'no', message: '', fields: [] };
              return { type: 'written', identifier: `port's ${identifier}`, created: false };
            }),
        ),
      remove: async (_blueprint, identifiers) =>
        taking(identifiers, () => ({
          deleted: identifiers.filter((name) => !isRefused(name)),
          refused: identifiers.filter(isRefused).map((identifier) => ({ identifier, code: 'no', message: '' })),
        })),
    };
    return {
      catalog,
      /** Answers the oldest call, once it is there. @returns what it was about */
      async answer(how: 'answer' | 'fail' = 'answer'): Promise<readonly unknown[] | undefined> {
        for (let times = 0; times < 20 && calls.length === 0; times += 1) await turn();
        const call = calls.shift();
        call?.[how]();
        await turn();
        return call?.names;
      },
      waiting: () => calls.map(({ names }) => names),
    };
  }

  async function stage(refuses: readonly string[] = []) {
    const marks = createInlineMarks();
    const underWay = bothUnderWay();
    const ports = { resync: slowPort(refuses), live: slowPort(refuses) };
    const since = await currentMark(marks);
    return {
      marks,
      since,
      ports,
      resync: catalogSkippingMarked(ports.resync.catalog, marks, since, underWay),
      live: catalogMarkingWrites(ports.live.catalog, marks, underWay),
    };
  }

  it('let a resync write what no event has refreshed, in order, and say which it left', async () => {
    const { marks, ports, resync } = await stage(['no']);
    await marks.markLive('event', 'thing', ['fresh', 'newer']);
    const written = resync.upsert(batchOf('a', 'fresh', 'no', search, 'newer', 'b'), flags, signal);
    expect(await ports.resync.answer()).toEqual(['a', 'no', search, 'b']);
    expect(ports.resync.waiting()).toEqual([]);
    expect(await written).toEqual([
      { type: 'written', identifier: "port's a", created: false },
      { type: 'superseded' },
      { type: 'refused', code: 'no', message: '', fields: [] },
      { type: 'written', identifier: `port's ${search}`, created: false },
      { type: 'superseded' },
      { type: 'written', identifier: "port's b", created: false },
    ]);
    expect(await resync.upsert(batchOf('fresh'), flags, signal)).toEqual([{ type: 'superseded' }]);
    expect(await resync.remove('thing', ['fresh'], signal)).toEqual({
      deleted: [],
      refused: [],
      superseded: ['fresh'],
    });
  });

  it('know marks of another blueprint and of before the run from those that count', async () => {
    const marks = createInlineMarks();
    await marks.markLive('event', 'thing', ['before']);
    const since = await currentMark(marks);
    await marks.markLive('event', 'other', ['a']);
    const port = slowPort();
    const written = catalogSkippingMarked(port.catalog, marks, since, bothUnderWay()).upsert(
      batchOf('before', 'a'),
      flags,
      signal,
    );
    expect(await port.answer()).toEqual(['before', 'a']);
    expect(await written).toHaveLength(2);
  });

  it('let a resync write what an event tried and could not', async () => {
    const { ports, resync, live, marks, since } = await stage(['refused by port']);
    const names = ['refused by port', 'x'];
    const refreshed = live.upsert(batchOf(...names), flags, signal);
    await turn();
    const written = resync.upsert(batchOf('y', ...names), flags, signal);
    expect(await ports.resync.answer()).toEqual(['y']);
    await turn();
    // It waits for the event, and asks again then.
    expect(ports.resync.waiting()).toEqual([]);
    expect(await ports.live.answer()).toEqual(names);
    expect((await refreshed).map(({ type }) => type)).toEqual(['refused', 'written']);
    expect(await ports.resync.answer()).toEqual(['refused by port']);
    expect((await written).map(({ type }) => type)).toEqual(['written', 'refused', 'superseded']);
    expect(await marks.markedLive('thing', names, since)).toEqual(new Set(['x']));
  });

  it('let an event wait for what a resync is writing, and leave what it then has written', async () => {
    const { ports, resync, live } = await stage();
    const written = resync.upsert(batchOf('x', 'y'), flags, signal);
    const deleted = resync.remove('thing', ['z'], signal);
    await turn();
    const refreshed = live.upsert(batchOf('x'), flags, signal);
    const removed = live.remove('thing', ['z'], signal);
    await turn();
    expect(ports.live.waiting()).toEqual([]);
    await ports.resync.answer();
    expect(ports.live.waiting()).toEqual([['x']]);
    await ports.resync.answer();
    expect(ports.live.waiting()).toEqual([['x'], ['z']]);
    await ports.live.answer();
    await ports.live.answer();
    expect((await written).map(({ type }) => type)).toEqual(['written', 'written']);
    expect((await deleted).deleted).toEqual(['z']);
    expect((await refreshed).map(({ type }) => type)).toEqual(['written']);
    expect((await removed).deleted).toEqual(['z']);
  });

  it('leave no mark of an event that failed, nor of what Port refused', async () => {
    const { ports, live, marks, since } = await stage(['no']);
    const failing = live.upsert(batchOf('a', search), flags, signal);
    const caught = expect(failing).rejects.toThrow('Port is away');
    await ports.live.answer('fail');
    await caught;
    const removing = live.remove('thing', ['no', 'gone'], signal);
    await ports.live.answer();
    await removing;
    expect(await marks.markedLive('thing', ['a', 'no', 'gone'], since)).toEqual(new Set(['gone']));
  });

  it('delete again what an event gave up, and say what it kept', async () => {
    const { ports, resync, live } = await stage(['kept']);
    const refreshed = live.upsert(batchOf('x', 'z'), flags, signal);
    await turn();
    const deleted = resync.remove('thing', ['x', 'kept', 'z'], signal);
    expect(await ports.resync.answer()).toEqual(['kept']);
    await expect(Promise.all([ports.live.answer('fail'), refreshed])).rejects.toThrow('Port is away');
    expect(await ports.resync.answer()).toEqual(['x', 'z']);
    const refusedOnce = [{ identifier: 'kept', code: 'no', message: '' }];
    expect(await deleted).toEqual({ deleted: ['x', 'z'], refused: refusedOnce, superseded: [] });
  });

  it.each(['markLive', 'unmarkLive'] as const)('with a queue that is away for %s', async (call) => {
    const { ports, marks, since } = await stage();
    const away = async () => {
      throw new QueueUnavailable('Redis is away', 5);
    };
    const live = catalogMarkingWrites(ports.live.catalog, { ...marks, [call]: away }, bothUnderWay());
    const writing = live.upsert(batchOf('a'), flags, signal);
    const why = call === 'markLive' ? 'Redis is away' : 'Port is away';
    const caught = expect(writing).rejects.toThrow(why);
    await ports.live.answer('fail');
    await caught;
    // What cannot be marked is not written either; a mark that stays costs one run its write, and the next has it.
    expect((await marks.markedLive('thing', ['a'], since)).size).toBe(call === 'markLive' ? 0 : 1);
  });

  it('pass on a mistake of the marks that is not the queue’s', async () => {
    const { ports, marks, since } = await stage();
    const wrong = async () => {
      throw new Error('a mistake');
    };
    const resync = catalogSkippingMarked(ports.resync.catalog, { ...marks, markedLive: wrong }, since, bothUnderWay());
    await expect(resync.remove('thing', ['a'], signal)).rejects.toThrow('a mistake');
    await expect(currentMark({ ...marks, latestMark: wrong })).rejects.toThrow('a mistake');
  });

  it('ask no marks where there is nothing to ask about', async () => {
    const { ports, marks, since } = await stage();
    const never = async () => {
      throw new Error('nothing to ask');
    };
    const silent = { ...marks, markedLive: never, unmarkLive: never };
    const resync = catalogSkippingMarked(ports.resync.catalog, silent, since, bothUnderWay());
    expect(await resync.remove('thing', [], signal)).toEqual({ deleted: [], refused: [], superseded: [] });
    expect(ports.resync.waiting()).toEqual([]);
    const alone = catalogSkippingMarked(ports.resync.catalog, silent, Number.POSITIVE_INFINITY, bothUnderWay());
    const deleting = alone.remove('thing', ['a'], signal);
    await ports.resync.answer();
    expect((await deleting).deleted).toEqual(['a']);
    const removing = catalogMarkingWrites(ports.live.catalog, silent, bothUnderWay()).remove('thing', ['a'], signal);
    await ports.live.answer();
    expect((await removing).deleted).toEqual(['a']);
  });

  it('take silence of Port for a refusal, and leave no mark of it', async () => {
    const { marks, since } = await stage();
    const silent: Catalog = { ...removingCatalog([]), upsert: async () => [] };
    const live = catalogMarkingWrites(silent, marks, bothUnderWay());
    expect(await live.upsert(batchOf('a', search), flags, signal)).toEqual([]);
    expect((await marks.markedLive('thing', ['a'], since)).size).toBe(0);
    const noAnswer = { type: 'refused', code: 'no_answer', message: 'Port said nothing about it' };
    const resync = catalogSkippingMarked(silent, marks, since, bothUnderWay());
    expect(await resync.upsert(batchOf('a', 'b'), flags, signal)).toEqual([noAnswer, noAnswer]);
  });

  it('mark only what has a name', async () => {
    const { ports, marks } = await stage();
    const marked: (readonly string[])[] = [];
    const noting = {
      ...marks,
      markLive: async (...[, , names]: Parameters<typeof marks.markLive>) => void marked.push(names),
    };
    const writing = catalogMarkingWrites(ports.live.catalog, noting, bothUnderWay()).upsert(
      batchOf('a', search),
      flags,
      signal,
    );
    await ports.live.answer();
    await writing;
    expect(marked).toEqual([['a']]);
  });

  it('hand everything else to the catalog behind', async () => {
    const { marks, since } = await stage();
    const calls: unknown[] = [];
    const noting =
      (name: string) =>
      (...given: unknown[]): never => {
        calls.push([name, ...given]);
        throw new Error('noted');
      };
    const others = ['prepare', 'blueprint', 'owned', 'ownedElsewhere', 'find', 'existing'] as const;
    const behind = { ...removingCatalog([]), ...Object.fromEntries(others.map((name) => [name, noting(name)])) };
    for (const catalog of [
      catalogSkippingMarked(behind, marks, since, bothUnderWay()),
      catalogMarkingWrites(behind, marks, bothUnderWay()),
    ]) {
      expect(catalog.limits).toBe(behind.limits);
      calls.length = 0;
      for (const name of others) {
        const given: readonly unknown[] = ['a', 'b', 'c', 'd'].slice(0, behind[name].length || 4);
        expect(() => Reflect.apply(catalog[name], catalog, given)).toThrow('noted');
      }
      expect(calls.map((call) => (Array.isArray(call) ? call[0] : ''))).toEqual(others);
      for (const call of calls)
        if (Array.isArray(call)) expect(call.slice(1)).toEqual(['a', 'b', 'c', 'd'].slice(0, call.length - 1));
    }
  });
});

function bothUnderWay() {
  return { resync: new WritesInProgress(), live: new WritesInProgress() };
}

/** A catalog of which only deletions are asked here. */
function removingCatalog(removed: string[]): Catalog {
  const never = () => {
    throw new Error('not asked for here');
  };
  return {
    limits: { entitiesPerBatch: 20, bytesPerBatch: 1000, batchesInFlight: 1, bytesInFlight: 8_000_000 },
    prepare: never,
    blueprint: never,
    owned: never,
    ownedElsewhere: never,
    find: never,
    existing: never,
    upsert: never,
    async remove(_blueprint, identifiers) {
      removed.push(...identifiers);
      return { deleted: identifiers, refused: [] };
    },
  };
}
