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
      await queue.markLive('e', 'service', ['old']);
      const before = await queue.latestMark();
      await queue.markLive('e', 'service', ['a', 'b']);
      const many = Array.from({ length: 1_200 }, (_, i) => `m${i}`);
      await queue.markLive('e', 'service', many);
      expect(await queue.markedLive('service', ['a', 'c', 'old'], before)).toEqual(new Set(['a']));
      expect(await queue.markedLive('other', ['a'], before)).toEqual(new Set());
      expect(await queue.markedLive('service', ['a'], await queue.latestMark())).toEqual(new Set());
      await queue.markLive('e', 'other', ['a']);
      expect(await queue.markedLive('service', ['a'], before)).toEqual(new Set(['a']));
      await queue.unmarkLive('e', 'service', ['b', 'nobody']);
      expect(await queue.markedLive('service', ['a', 'b'], before)).toEqual(new Set(['a']));
      await queue.unmarkLive('e', 'service', []);
      expect((await queue.markedLive('service', many, before)).size).toBe(1_200);
      expect((await queue.markedLive('service', [], before)).size).toBe(0);
    });

    it('takes back nobody else’s mark, whoever marked first and whoever failed', async () => {
      const queue = create();
      const before = await queue.latestMark();
      for (const [winner, loser] of [
        ['a', 'b'],
        ['b', 'a'],
      ] as const) {
        const blueprint = `${winner} wins`;
        await queue.markLive('a', blueprint, ['x', 'y']);
        const between = await queue.latestMark();
        await queue.markLive('b', blueprint, ['x']);
        await queue.unmarkLive(loser, blueprint, ['x', 'y']);
        expect(await queue.markedLive(blueprint, ['x'], before)).toEqual(new Set(['x']));
        expect((await queue.markedLive(blueprint, ['x'], between)).size).toBe(winner === 'b' ? 1 : 0);
        expect((await queue.markedLive(blueprint, ['y'], before)).size).toBe(winner === 'a' ? 1 : 0);
        await queue.unmarkLive(winner, blueprint, ['x', 'y']);
        expect((await queue.markedLive(blueprint, ['x', 'y'], before)).size).toBe(0);
      }
    });

    it('marks anew for one owner, and for many', async () => {
      const queue = create();
      await queue.markLive('a', 'service', ['x']);
      const between = await queue.latestMark();
      await queue.markLive('a', 'service', ['x']);
      expect((await queue.markedLive('service', ['x'], between)).size).toBe(1);
      await queue.unmarkLive('a', 'service', ['x']);
      expect((await queue.markedLive('service', ['x'], 0)).size).toBe(0);
      for (let owner = 0; owner < 40; owner += 1) await queue.markLive(`o${owner}`, 'service', ['x']);
      for (let owner = 1; owner < 40; owner += 1) await queue.unmarkLive(`o${owner}`, 'service', ['x']);
      // So many at once there never are; the first of them is forgotten.
      expect((await queue.markedLive('service', ['x'], 0)).size).toBe(0);
    });

    const HOUR = 3_600_000;

    it('counts what live events delete, once each, and not what was taken back', async () => {
      const queue = create();
      expect(await queue.countedDeletions('service', HOUR)).toEqual({ identifiers: [], entered: 0 });
      expect(await queue.countDeletions('a', 'service', ['x', 'y'], HOUR)).toEqual({ counted: 2, entered: 2 });
      expect(await queue.countDeletions('b', 'service', ['x', 'z'], HOUR)).toEqual({ counted: 3, entered: 3 });
      expect(await queue.countDeletions('c', 'other', ['x'], HOUR)).toEqual({ counted: 1, entered: 1 });
      await queue.uncountDeletions('a', 'service', ['x', 'y', 'nobody']);
      const { identifiers, entered } = await queue.countedDeletions('service', HOUR);
      expect([...identifiers].sort()).toEqual(['x', 'z']);
      expect(entered).toBe(2);
      await queue.uncountDeletions('b', 'service', ['x']);
      expect(await queue.countedDeletions('service', HOUR)).toEqual({ identifiers: ['z'], entered: 1 });
    });

    it('counts each of many at once in a step of its own', async () => {
      const queue = create();
      await queue.latestMark();
      const one = (_: unknown, i: number) => queue.countDeletions(`o${i}`, 'service', [`x${i}`], HOUR);
      const counts = await Promise.all(Array.from({ length: 50 }, one));
      expect(counts.map(({ counted }) => counted).sort((a, b) => a - b)).toEqual(counts.map((_, i) => i + 1));
    });

    it('forgets what was deleted longer ago than the window, and begins anew with what is deleted again', async () => {
      const queue = create();
      await queue.countDeletions('a', 'service', ['old', 'again'], HOUR);
      await sleep(60);
      await queue.countDeletions('b', 'service', ['again'], HOUR);
      expect((await queue.countedDeletions('service', 50)).identifiers).not.toContain('old');
      await sleep(60);
      expect(await queue.countDeletions('c', 'service', ['new'], 50)).toEqual({ counted: 1, entered: 3 });
    });
  });
}
