import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { QueueUnavailable, type RunEvent, type RunQueue } from '../../src/core/run-queue.ts';
import type { RunTimes } from '../../src/core/run-times.ts';
import type { TruthRecord } from '../../src/core/truths.ts';
import { describeLiveEvents } from './live-events.contract.ts';
import { HeldRuns, inBursts, liveEvent, nothingLive, PLAN, RESYNC, reportOf, until } from './workers.ts';

export interface ContractOptions {
  readonly liveLimit?: number;
  readonly liveQuietMs?: number;
}

const TIMES: RunTimes = {
  lanes: [
    {
      ...{ kind: 'komodorService', stage: 'read', startedAt: '2026-01-02T03:00:00.000Z', endedAt: null },
      ...{ busyMs: 12, done: 5 },
    },
  ],
  waited: [{ side: 'port', from: '2026-01-02T03:00:01.000Z', to: null, reason: 'Retry-After' }],
};

/** What every RunQueue does. @param open an empty queue of its own */
export function describeRunQueue(name: string, open: (options: ContractOptions) => RunQueue): void {
  describe(`${name} queue`, () => {
    const opened: RunQueue[] = [];

    function create(options: ContractOptions = {}): RunQueue {
      const queue = open({ liveQuietMs: 30, ...options });
      opened.push(queue);
      return queue;
    }

    async function createWorking(options: ContractOptions = {}) {
      const queue = create(options);
      const runs = new HeldRuns();
      await queue.start({ run: runs.work, live: nothingLive });
      return { queue, runs };
    }

    async function state(queue: RunQueue, runId: string): Promise<string | undefined> {
      return (await queue.find(runId))?.state;
    }

    afterEach(async () => {
      await Promise.all(opened.splice(0).map((queue) => queue.close()));
    });

    it('carries out a run and remembers its report', async () => {
      const { queue, runs } = await createWorking();
      const order = { ...RESYNC, kinds: ['komodorService'], approveDeletions: ['d1'] } as const;
      const { runId, joined } = await queue.request(order);
      expect(joined).toBe(false);
      await until(() => runs.begun.length === 1);
      expect(runs.begun[0]).toMatchObject({ runId, order });
      expect(await queue.find(runId)).toMatchObject({ state: 'running', order, progress: [] });
      runs.release();
      await until(async () => (await state(queue, runId)) === 'finished');
      expect(await queue.find(runId)).toMatchObject({ order, report: { runId, status: 'completed' } });
    });

    it('keeps what people are told, and gives each caller what was kept before', async () => {
      const queue = create();
      expect(await queue.exchangeTold('failed')).toBeNull();
      expect(await queue.exchangeTold('blocked | komodorService threshold')).toBe('failed');
      const together = await Promise.all(['ok', 'ok', 'ok'].map((told) => queue.exchangeTold(told)));
      expect(together.filter((before) => before !== 'ok')).toEqual(['blocked | komodorService threshold']);
    });

    it('lets one hold a lease until it gives it back, or is silent for too long', async () => {
      const queue = create();
      const hold = (owner: string, ttlMs = 60_000, lease = 'watch') => queue.holdLease(lease, owner, ttlMs);
      expect([await hold('a'), await hold('b'), await hold('a'), await hold('b', 60_000, 'other')]).toEqual([
        ...[true, false, true, true],
      ]);
      await queue.dropLease('watch', 'b');
      expect(await hold('b')).toBe(false);
      await queue.dropLease('watch', 'a');
      expect([await hold('b', 60), await hold('a')]).toEqual([true, false]);
      await sleep(120);
      expect([await hold('a'), await hold('b')]).toEqual([true, false]);
    });

    it('keeps what is asked for until somebody works', async () => {
      const queue = create();
      const { runId } = await queue.request(RESYNC);
      expect(await queue.find(runId)).toMatchObject({ state: 'queued', order: RESYNC });
      expect(await queue.counts()).toEqual({ runsWaiting: 1, runsActive: 0, liveWaiting: 0 });
      const runs = new HeldRuns();
      await queue.start({ run: runs.work, live: nothingLive });
      await until(() => runs.begun.length === 1);
      expect(runs.begun[0]?.runId).toBe(runId);
      await until(async () => (await queue.counts()).runsActive === 1);
    });

    it('joins the run in progress when that covers the request', async () => {
      const { queue, runs } = await createWorking();
      const all = await queue.request({ ...RESYNC, approveDeletions: ['d1'] });
      await until(() => runs.begun.length === 1);
      expect(await queue.request(RESYNC)).toEqual({ runId: all.runId, joined: true });
      expect(await queue.request({ ...RESYNC, kinds: ['komodorHealthMonitoring'] })).toMatchObject({ joined: true });
      expect(await queue.request({ ...RESYNC, approveDeletions: ['d1'] })).toMatchObject({ joined: true });
      expect(await queue.request({ ...RESYNC, approveDeletions: ['d2'] })).toMatchObject({ joined: false });
    });

    it('does not join a run that covers less, of another mode, or that began before now', async () => {
      const { queue, runs } = await createWorking();
      const first = await queue.request({ ...RESYNC, kinds: ['komodorService'] });
      await until(() => runs.begun.length === 1);
      const more = await queue.request(RESYNC);
      const plan = await queue.request(PLAN);
      expect([more.joined, plan.joined]).toEqual([false, false]);
      const later = await queue.request({ ...RESYNC, kinds: ['komodorService'] }, { startAfterNow: true });
      expect(later).toEqual({ runId: more.runId, joined: true });
      expect(new Set([first.runId, more.runId, plan.runId]).size).toBe(3);
    });

    it('lets nothing join a plan with a mapping of its own, nor that plan anything else', async () => {
      const { queue, runs } = await createWorking();
      const own = { ...PLAN, mapping: 'resources: []' };
      const first = await queue.request(own);
      await until(() => runs.begun.length === 1);
      expect(runs.begun[0]?.order).toEqual(own);
      const others = [await queue.request(own), await queue.request(PLAN), await queue.request(own)];
      expect([first, ...others].map(({ joined }) => joined)).toEqual([false, false, false, false]);
      expect(await queue.request(PLAN)).toEqual({ runId: others[1]?.runId, joined: true });
      expect(await queue.find(others[2]?.runId ?? '')).toMatchObject({ state: 'queued', order: own });
      await queue.cancel(others[0]?.runId ?? '');
      runs.release();
      await until(() => runs.begun.length === 2);
      runs.release();
      await until(() => runs.begun.length === 3);
      expect(runs.begun.slice(1).map(({ order }) => order.mapping)).toEqual([undefined, 'resources: []']);
      const finished = await queue.find(first.runId);
      expect(finished?.state).toBe('finished');
      expect(finished?.order).not.toHaveProperty('mapping');
    });

    it('takes only a few plans with mappings of their own', async () => {
      const queue = create();
      const own = { ...PLAN, mapping: 'resources: []' };
      for (let count = 0; count < 6; count += 1) await queue.request(own);
      await expect(queue.request(own)).rejects.toThrow(QueueUnavailable);
      expect(await queue.request(PLAN)).toMatchObject({ joined: false });
    });

    it('takes a request with a key once, however it is served', async () => {
      const { queue, runs } = await createWorking();
      const first = await queue.requestOnce('x', RESYNC);
      expect(first).toMatchObject({ joined: false });
      await until(() => runs.begun.length === 1);
      expect(await queue.requestOnce('x', RESYNC)).toBeUndefined();
      const second = await queue.requestOnce('y', RESYNC);
      expect(second).toMatchObject({ joined: false });
      expect(await queue.requestOnce('z', RESYNC)).toEqual({ runId: second?.runId, joined: true });
      expect(await queue.requestOnce('z', RESYNC)).toBeUndefined();
      expect(await Promise.all(['a', 'a', 'a'].map((key) => queue.requestOnce(key, RESYNC)))).toContain(undefined);
    });

    it('widens the waiting run to serve every request', async () => {
      const queue = create();
      const first = await queue.request({ ...RESYNC, kinds: ['komodorService'], approveDeletions: ['a'] });
      const second = await queue.request({ ...RESYNC, kinds: ['komodorHealthMonitoring'], approveDeletions: ['b'] });
      expect(second).toEqual({ runId: first.runId, joined: true });
      const both = await queue.find(first.runId);
      expect(new Set(both?.order.kinds)).toEqual(new Set(['komodorService', 'komodorHealthMonitoring']));
      expect(new Set(both?.order.approveDeletions)).toEqual(new Set(['a', 'b']));
      await queue.request(RESYNC);
      expect((await queue.find(first.runId))?.order.kinds).toEqual([]);
    });

    it('keeps what asked for a run, until after its end: the first twenty', async () => {
      const { queue, runs } = await createWorking();
      await queue.request(RESYNC);
      await until(() => runs.begun.length === 1);
      const cause = {
        source: 'flux',
        object: 'Kustomization/a/b',
        revision: 'main@sha1:"\u00e9',
        reason: 'x',
      } as const;
      const ticket = await queue.requestOnce('c', { ...RESYNC, causes: [cause] });
      const runId = ticket?.runId ?? '';
      for (let i = 0; i < 25; i++) {
        const more = { ...cause, object: `HelmRelease/a/${i}` };
        expect(await queue.requestOnce(`c${i}`, { ...RESYNC, causes: [more] })).toEqual({ runId, joined: true });
      }
      const waiting = (await queue.find(runId))?.order.causes;
      expect(waiting).toHaveLength(20);
      runs.open();
      await until(async () => (await queue.find(runId))?.state === 'finished');
      expect((await queue.find(runId))?.order.causes).toEqual(waiting);
    });

    it('runs one at a time, and makes at most two runs of a burst', async () => {
      const { queue, runs } = await createWorking();
      await queue.request(RESYNC);
      await until(() => runs.begun.length === 1);
      const burst = await inBursts(2_000, (i) => queue.request(RESYNC, { startAfterNow: i % 2 === 0 }));
      expect(new Set(burst.map(({ runId }) => runId)).size).toBe(2);
      await queue.request(PLAN);
      runs.open();
      await until(async () => (await queue.list(10)).every((record) => record.state === 'finished'));
      expect(runs.begun).toHaveLength(3);
      expect(runs.peak).toBe(1);
    });

    it('lists the newest first', async () => {
      const { queue, runs } = await createWorking();
      const first = await queue.request(RESYNC);
      runs.open();
      await until(async () => (await state(queue, first.runId)) === 'finished');
      const second = await queue.request(PLAN);
      await until(async () => (await state(queue, second.runId)) === 'finished');
      expect((await queue.list(10)).map(({ runId }) => runId)).toEqual([second.runId, first.runId]);
      expect((await queue.list(1)).map(({ runId }) => runId)).toEqual([second.runId]);
      expect(await queue.find('nobody')).toBeUndefined();
    });

    it('takes a cancelled run out while it waits', async () => {
      const queue = create();
      const { runId } = await queue.request(RESYNC);
      expect(await queue.cancel(runId)).toBe(true);
      expect(await queue.find(runId)).toMatchObject({ state: 'finished', report: { status: 'aborted' } });
      expect(await queue.cancel(runId)).toBe(false);
      expect(await queue.cancel('nobody')).toBe(false);
      const runs = new HeldRuns();
      const next = await queue.request(RESYNC);
      await queue.start({ run: runs.work, live: nothingLive });
      await until(() => runs.begun.length === 1);
      expect(runs.begun[0]?.runId).toBe(next.runId);
      expect(next.runId).not.toBe(runId);
    });

    it('aborts a cancelled run in progress, which nobody joins any more', async () => {
      const { queue, runs } = await createWorking();
      const { runId } = await queue.request(RESYNC);
      await until(() => runs.begun.length === 1);
      expect(await queue.cancel(runId)).toBe(true);
      expect((await queue.request(RESYNC)).joined).toBe(false);
      await until(async () => (await state(queue, runId)) === 'finished');
      expect(await queue.find(runId)).toMatchObject({ report: { status: 'aborted' } });
      expect(await queue.cancel(runId)).toBe(false);
    });

    it('tells those who watch about progress and the end', async () => {
      const { queue, runs } = await createWorking();
      const { runId } = await queue.request(RESYNC);
      await until(() => runs.begun.length === 1);
      const progress = { kind: 'komodorService', pages: 1, items: 5, written: 3, unchanged: 2 } as const;
      const seen: RunEvent[] = [];
      const watching = (async () => {
        for await (const event of queue.watch(runId, new AbortController().signal)) seen.push(event);
      })();
      await until(() => {
        if (seen.length < 2) {
          runs.begun[0]?.progress(progress);
          runs.begun[0]?.progress(TIMES);
        }
        return seen.length > 1;
      });
      runs.release();
      await watching;
      expect(seen).toContainEqual({ type: 'progress', progress });
      expect(seen).toContainEqual({ type: 'times', times: TIMES });
      expect(seen.at(-1)).toMatchObject({ type: 'finished', report: { runId, status: 'completed' } });
      const late: RunEvent[] = [];
      for await (const event of queue.watch(runId, new AbortController().signal)) late.push(event);
      expect(late).toMatchObject([{ type: 'finished', report: { runId } }]);
    });

    it('stops telling one who goes away, and ends at once for a run that does not exist', async () => {
      const queue = create();
      const { runId } = await queue.request(RESYNC);
      const away = new AbortController();
      const watching = queue.watch(runId, away.signal)[Symbol.asyncIterator]().next();
      away.abort();
      expect(await watching).toMatchObject({ done: true });
      const none = queue.watch('nobody', new AbortController().signal)[Symbol.asyncIterator]();
      expect(await none.next()).toMatchObject({ done: true });
    });

    it('shows the progress and the times in the record', async () => {
      const { queue, runs } = await createWorking();
      const { runId } = await queue.request(RESYNC);
      await until(() => runs.begun.length === 1);
      const progress = { kind: 'komodorService', pages: 1, items: 5, written: 3, unchanged: 2 } as const;
      runs.begun[0]?.progress(progress);
      runs.begun[0]?.progress({ ...progress, pages: 2 });
      runs.begun[0]?.progress({ ...TIMES, waitedMore: 3 });
      runs.begun[0]?.progress(TIMES);
      await until(async () => {
        const record = await queue.find(runId);
        return record?.state === 'running' && record.progress[0]?.pages === 2 && record.times !== undefined;
      });
      expect(await queue.find(runId)).toMatchObject({ progress: [{ pages: 2 }], times: TIMES });
    });

    it('gives a run whose worker throws a report', async () => {
      const queue = create();
      await queue.start({
        run: async () => {
          throw new Error('a mistake');
        },
        live: nothingLive,
      });
      const { runId } = await queue.request(RESYNC);
      await until(async () => (await state(queue, runId)) === 'finished');
      expect(await queue.find(runId)).toMatchObject({
        report: { status: 'failed', problems: [{ code: 'unexpected', message: expect.stringContaining('a mistake') }] },
      });
    });

    it('keeps the changes of a plan', async () => {
      const queue = create();
      const changes = [{ action: 'create', blueprint: 'b', identifier: 'i', title: 't' }] as const;
      await queue.start({
        run: async (runId, order) => ({ ...reportOf(runId, order, 'completed'), changes }),
        live: nothingLive,
      });
      const { runId } = await queue.request(PLAN);
      await until(async () => (await state(queue, runId)) === 'finished');
      expect(await queue.find(runId)).toMatchObject({ report: { changes } });
      const [listed] = await queue.list(1);
      expect(listed?.state === 'finished' && 'changes' in listed.report).toBe(false);
    });

    it('asks for resyncs on schedule, skips ticks that fall into one, and stops', async () => {
      const { queue, runs } = await createWorking();
      expect(await queue.nextScheduledAt()).toBeNull();
      const askedAt = Date.now();
      await queue.schedule(100);
      expect((await queue.nextScheduledAt())?.getTime()).toBeGreaterThanOrEqual(askedAt);
      await until(() => runs.begun.length === 1);
      expect(runs.begun[0]?.order).toEqual({ ...RESYNC, trigger: 'schedule' });
      await until(() => queue.skippedTicks() >= 2);
      expect(runs.begun).toHaveLength(1);
      runs.release();
      await until(() => runs.begun.length === 2);
      await queue.schedule(null);
      expect(await queue.nextScheduledAt()).toBeNull();
    });

    it('keeps the next due time when the same schedule is asked for again', async () => {
      const queue = create();
      const askedAt = Date.now();
      await queue.schedule(3_600_000);
      const due = await queue.nextScheduledAt();
      await sleep(20);
      await queue.schedule(3_600_000);
      expect(await queue.nextScheduledAt()).toEqual(due);
      expect(due?.getTime()).toBeGreaterThan(askedAt + 3_500_000);
      expect(await queue.list(1)).toEqual([]);
    });

    it('remembers the truths of blueprints, one record each, and loses no change', async () => {
      const queue = create();
      expect(await queue.truths()).toEqual([]);
      const blocked = { reason: 'threshold', count: 3, digest: 'd1', sample: ['a'] } as const;
      const truth: TruthRecord = {
        blueprint: 'service',
        since: '2026-01-01T00:00:00.000Z',
        truthAt: '2026-01-01T01:00:00.000Z',
        broughtUpAt: '2026-01-01T01:00:00.000Z',
        last: { type: 'truth', runId: 'r1', at: '2026-01-01T01:00:00.000Z', heldBack: blocked },
      };
      const missed: TruthRecord = {
        blueprint: 'risk',
        since: '2026-01-01T00:00:00.000Z',
        truthAt: null,
        broughtUpAt: null,
        last: {
          type: 'missed',
          runId: 'r1',
          at: '2026-01-01T01:00:00.000Z',
          reason: 'x',
          needsPerson: true,
          mostlyTrue: false,
        },
      };
      await queue.changeTruths(() => [truth, missed]);
      expect(await queue.truths()).toEqual([truth, missed]);
      const names = ['a', 'b', 'c', 'd'];
      await Promise.all(
        names.map((blueprint) => queue.changeTruths((known) => [...known, { ...missed, blueprint, last: null }])),
      );
      expect((await queue.truths()).map(({ blueprint }) => blueprint).sort()).toEqual([...names, 'risk', 'service']);
      await queue.changeTruths((known) => known.filter(({ blueprint }) => blueprint === 'service'));
      expect(await queue.truths()).toEqual([truth]);
    });

    describeLiveEvents(create);

    it('takes nothing more once it is closed', async () => {
      const { queue, runs } = await createWorking();
      await queue.request(RESYNC);
      await until(() => runs.begun.length === 1);
      await queue.close();
      expect(runs.begun[0]?.signal.aborted).toBe(true);
      await expect(queue.request(RESYNC)).rejects.toBeInstanceOf(QueueUnavailable);
      await expect(queue.offer(liveEvent('a'))).rejects.toBeInstanceOf(QueueUnavailable);
      expect(await queue.health()).toMatchObject({ ready: false });
      await queue.close();
    });

    it('says that it can work', async () => {
      expect(await create().health()).toMatchObject({ ready: true });
    });
  });
}
