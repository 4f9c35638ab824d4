import { describe, expect, it, onTestFinished } from 'vitest';
import type { KindReport } from '../../src/core/report.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import { NeededResyncs } from '../../src/service/needed-resyncs.ts';
import { reportOf, until } from '../queue/workers.ts';

const settled = async () => undefined;

function kindReport(kind: string, complete: boolean): KindReport {
  const counts = { pages: 1, extracted: 1, selected: 1, filtered: 0, duplicates: 0, rejected: 0 };
  return { kind, status: complete ? 'completed' : 'degraded', complete, ...counts };
}

/** A queue whose runs read a kind to its end or not. @returns the kinds of each run */
async function stage(isComplete: (kind: string, run: number) => boolean) {
  const runs: (readonly string[])[] = [];
  const queue = createInlineQueue();
  await queue.start({
    run: async (runId, order) => {
      const kinds = order.kinds.map((kind) => kindReport(kind, isComplete(kind, runs.length)));
      runs.push(order.kinds);
      return { ...reportOf(runId, order, 'degraded'), kinds };
    },
    live: async () => undefined,
  });
  const needed = new NeededResyncs(queue, 1, 1);
  onTestFinished(async () => {
    needed.stop();
    await queue.close();
  });
  return { needed, runs };
}

describe('a resync that a watch needs', () => {
  it('is one for all kinds that need it together', async () => {
    const { needed, runs } = await stage(() => true);
    needed.need('v1/pods', settled);
    needed.need('v1/nodes', settled);
    await until(() => runs.length === 1);
    expect(runs).toEqual([['v1/pods', 'v1/nodes']]);
  });

  it('is needed again by the kind that it did not read to its end, and by no other', async () => {
    const { needed, runs } = await stage((kind, run) => kind === 'v1/nodes' || run >= 2);
    needed.need('v1/pods', settled);
    needed.need('v1/nodes', settled);
    await until(() => runs.length === 3);
    expect(runs).toEqual([['v1/pods', 'v1/nodes'], ['v1/pods'], ['v1/pods']]);
  });

  it('is left to the schedule after a few that did not help', async () => {
    const { needed, runs } = await stage(() => false);
    needed.need('v1/pods', settled);
    await until(() => runs.length === 5);
    needed.need('v1/nodes', settled);
    await until(() => runs.some((kinds) => kinds.includes('v1/nodes')));
    expect(runs.filter((kinds) => kinds.includes('v1/pods'))).toHaveLength(5);
  });
});
