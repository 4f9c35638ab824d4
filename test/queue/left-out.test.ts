import { describe, expect, it } from 'vitest';
import { type KindLeftOut, LEFT_OUT_PER_KIND, LeftOutBook, type LeftOutStore } from '../../src/core/left-out.ts';
import type { LeftOut } from '../../src/core/ports.ts';
import { createInlineLeftOut } from '../../src/queue/inline-left-out.ts';
import { createRedisLeftOut } from '../../src/queue/redis-left-out.ts';
import { describeOnRedis } from './on-redis.ts';

function left(kind: string, label: string): LeftOut {
  return { kind, label, place: { name: label }, outcome: 'filtered', detail: 'no' };
}
function listOf(kind: string, ...labels: readonly string[]): KindLeftOut {
  return { kind, at: '2026-01-01T00:00:00.000Z', items: labels.map((label) => left(kind, label)), more: 0 };
}

function describeStore(name: string, create: () => LeftOutStore): void {
  describe(`${name}: what resyncs left out`, () => {
    it('replaces a kind, and keeps or forgets the others', async () => {
      const store = create();
      expect(await store.all()).toEqual([]);
      await store.keep([listOf('services', 'a', 'b'), listOf('risks', 'r')], 'forget');
      await store.keep([listOf('services', 'c')], 'keep');
      expect((await store.all()).toSorted((a, b) => a.kind.localeCompare(b.kind))).toEqual([
        listOf('risks', 'r'),
        listOf('services', 'c'),
      ]);
      await store.keep([listOf('services')], 'forget');
      expect(await store.all()).toEqual([listOf('services')]);
    });
  });
}

describeStore('inline', createInlineLeftOut);

describeOnRedis('what resyncs left out, in Redis', ({ connections, keys }) => {
  describeStore('Redis', () => createRedisLeftOut(connections(), keys()));

  it('passes over what another version wrote, and does not stay for ever', async () => {
    const own = keys();
    const store = createRedisLeftOut(connections(), own);
    await store.keep([listOf('services', 'a')], 'forget');
    await connections().failFast.hset(own.leftOut, 'rubbish', 'rubbish', 'old', '{"kind":"old"}');
    expect(await store.all()).toEqual([listOf('services', 'a')]);
    expect(await connections().failFast.pttl(own.leftOut)).toBeGreaterThan(0);
  });
});

describe('the book of a run', () => {
  it('names each item once, counts what is too much, and cuts long texts', () => {
    const book = new LeftOutBook();
    const { itemLeftOut, itemProblem, kindStarted } = book.observer;
    kindStarted?.('risks');
    for (let n = 0; n < LEFT_OUT_PER_KIND + 3; n += 1) itemLeftOut?.(left('services', `item ${n}`));
    itemProblem?.({ kind: 'services', label: 'item 1', code: 'item_rejected', message: 'again' });
    itemProblem?.({ kind: 'risks', label: 'x'.repeat(900), code: 'item_rejected', message: 'm'.repeat(900) });
    itemProblem?.({ kind: 'risks', label: 'fine', code: 'field_empty', message: 'no matter' });
    const [risks, services] = book.list(new Date(0));
    expect(risks?.items.map(({ label, detail }) => [label.length, detail.length])).toEqual([[401, 301]]);
    expect([services?.items.length, services?.more, services?.items[1]?.detail]).toEqual([LEFT_OUT_PER_KIND, 3, 'no']);
  });
});
