import { describe, expect, it } from 'vitest';
import { beginningAmong, markingLive, respectingLive, WritesUnderWay } from '../../src/core/catalog-guards.ts';
import type { Catalog } from '../../src/core/ports.ts';
import { QueueUnavailable } from '../../src/core/run-queue.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('WritesUnderWay', () => {
  it('lets nobody pass while an entity is being written, and everybody afterwards, also when it failed', async () => {
    const underWay = new WritesUnderWay();
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
    const underWay = new WritesUnderWay();
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

describe('respectingLive', () => {
  const signal = new AbortController().signal;

  it('leaves alone what a live event has looked at since the run began, and says so, wherever the clock was set', async () => {
    const queue = createInlineQueue();
    await queue.markLive('e', 'thing', ['long ago']);
    const removed: string[] = [];
    const since = await beginningAmong(queue);
    const catalog = respectingLive(removingCatalog(removed), queue, since, bothUnderWay());
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
    const marks = { markLive: away, unmarkLive: away, liveMoment: away, markedLive: away };
    const catalog = respectingLive(removingCatalog([]), marks, await beginningAmong(marks), bothUnderWay());
    expect(await catalog.remove('thing', ['gone'], signal)).toMatchObject({ deleted: ['gone'] });
  });
});

describe('markingLive', () => {
  const signal = new AbortController().signal;

  it('leaves to the resync what Port refused to the live event, though the resync came by meanwhile', async () => {
    const queue = createInlineQueue();
    const underWay = bothUnderWay();
    const removed: string[] = [];
    const resync = respectingLive(removingCatalog(removed), queue, await beginningAmong(queue), underWay);
    let refuse: () => void = () => undefined;
    const live = markingLive(
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

function bothUnderWay() {
  return { resync: new WritesUnderWay(), live: new WritesUnderWay() };
}

/** A catalog of which only deletions are asked here. */
function removingCatalog(removed: string[]): Catalog {
  const never = () => {
    throw new Error('not asked for here');
  };
  return {
    limits: { entitiesPerBatch: 20, bytesPerBatch: 1000, batchesInFlight: 1 },
    prepare: never,
    blueprint: never,
    owned: never,
    elsewhere: never,
    find: never,
    existing: never,
    upsert: never,
    async remove(_blueprint, identifiers) {
      removed.push(...identifiers);
      return { deleted: identifiers, refused: [] };
    },
  };
}
