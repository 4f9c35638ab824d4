import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type LiveEvent, QueueUnavailable, type RunQueue } from '../../src/core/run-queue.ts';
import type { ContractOptions } from './run-queue.contract.ts';
import { HeldRuns, liveEvent, until } from './workers.ts';

/** The part of the contract that is about live events and what they leave behind. @param create opens an empty queue */
export function describeLiveEvents(create: (options?: ContractOptions) => RunQueue): void {
  describe('live events', () => {
    it('makes one piece of work of many events of a key, with the newest of them', async () => {
      const queue = create();
      const seen: LiveEvent[] = [];
      for (let i = 0; i < 20; i += 1) await queue.offer(liveEvent('a', `${i}`));
      await queue.offer(liveEvent('b'));
      expect((await queue.counts()).liveWaiting).toBe(2);
      await queue.start({ run: new HeldRuns().work, live: async (event) => void seen.push(event) });
      await until(async () => (await queue.counts()).liveWaiting === 0 && seen.length === 2);
      expect(seen.find(({ key }) => key === 'a')).toEqual(liveEvent('a', '19'));
    });

    it('never works on one key twice at once, and misses no last event', async () => {
      const queue = create();
      const active = new Map<string, number>();
      const last = new Map<string, string>();
      let most = 0;
      let mostOfKey = 0;
      await queue.start({
        run: new HeldRuns().work,
        async live({ key, receivedAt }) {
          const mine = (active.get(key) ?? 0) + 1;
          active.set(key, mine);
          mostOfKey = Math.max(mostOfKey, mine);
          most = Math.max(most, [...active.values()].filter((count) => count > 0).length);
          await sleep(25);
          active.set(key, mine - 1);
          last.set(key, receivedAt);
        },
      });
      for (let i = 0; i < 40; i += 1) {
        await Promise.all(['a', 'b', 'c'].map((key) => queue.offer(liveEvent(key, `${i}`))));
        await sleep(10);
      }
      await until(() => ['a', 'b', 'c'].every((key) => last.get(key) === '39'));
      expect(mostOfKey).toBe(1);
      expect(most).toBeGreaterThan(1);
    });

    it('tries a live event again that failed', async () => {
      const queue = create();
      let tries = 0;
      await queue.start({
        run: new HeldRuns().work,
        async live() {
          tries += 1;
          if (tries === 1) throw new Error('not now');
        },
      });
      await queue.offer(liveEvent('a'));
      await until(async () => tries === 2 && (await queue.counts()).liveWaiting === 0);
    });

    it('refuses live events when too many wait, but not newer ones of those', async () => {
      const queue = create({ liveLimit: 3 });
      for (const key of ['a', 'b', 'c']) await queue.offer(liveEvent(key));
      await expect(queue.offer(liveEvent('d'))).rejects.toBeInstanceOf(QueueUnavailable);
      await queue.offer(liveEvent('a', 'newer'));
      expect((await queue.counts()).liveWaiting).toBe(3);
    });

    it('knows what live events have refreshed', async () => {
      const queue = create();
      await queue.markLive('service', ['old']);
      const before = await queue.liveMoment();
      await queue.markLive('service', ['a', 'b']);
      const many = Array.from({ length: 1_200 }, (_, i) => `m${i}`);
      await queue.markLive('service', many);
      expect(await queue.markedLive('service', ['a', 'c', 'old'], before)).toEqual(new Set(['a']));
      expect(await queue.markedLive('other', ['a'], before)).toEqual(new Set());
      expect(await queue.markedLive('service', ['a'], await queue.liveMoment())).toEqual(new Set());
      await queue.markLive('other', ['a']);
      expect(await queue.markedLive('service', ['a'], before)).toEqual(new Set(['a']));
      await queue.unmarkLive('service', ['b', 'nobody']);
      expect(await queue.markedLive('service', ['a', 'b'], before)).toEqual(new Set(['a']));
      await queue.unmarkLive('service', []);
      expect((await queue.markedLive('service', many, before)).size).toBe(1_200);
      expect((await queue.markedLive('service', [], before)).size).toBe(0);
    });

    it('tells the first caller with a key', async () => {
      const queue = create();
      expect([await queue.first('x'), await queue.first('x'), await queue.first('y')]).toEqual([true, false, true]);
    });
  });
}
