import { describe, expect, it } from 'vitest';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import { describeRunQueue } from './run-queue.contract.ts';
import { HeldRuns, liveEvent, RESYNC, reportOf, until } from './workers.ts';

describeRunQueue('inline', createInlineQueue);

describe('inline queue', () => {
  it('remembers only so many finished runs', async () => {
    const queue = createInlineQueue({ historySize: 3 });
    await queue.start({
      run: async (runId, order) => reportOf(runId, order, 'completed'),
      live: async () => undefined,
    });
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      const { runId } = await queue.request(RESYNC);
      ids.push(runId);
      await until(async () => (await queue.find(runId))?.state === 'finished');
    }
    expect((await queue.list(10)).map(({ runId }) => runId)).toEqual(ids.slice(2).reverse());
    await queue.close();
  });

  it('aborts the run when it closes, and works off the live events that wait', async () => {
    const queue = createInlineQueue({ liveQuietMs: 60_000 });
    const runs = new HeldRuns();
    const seen: string[] = [];
    await queue.start({ run: runs.work, live: async ({ key }) => void seen.push(key) });
    const { runId } = await queue.request(RESYNC);
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await queue.offer(liveEvent(key));
    await queue.close();
    expect(await queue.find(runId)).toMatchObject({ state: 'finished', report: { status: 'aborted' } });
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});
