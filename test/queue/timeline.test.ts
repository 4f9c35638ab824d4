import { expect, it } from 'vitest';
import { type TimelineEvent, timelineEntry } from '../../src/core/timeline.ts';
import { createInlineTimeline } from '../../src/queue/inline-timeline.ts';
import { createRedisTimeline } from '../../src/queue/redis-timeline.ts';
import { timelineSchema } from '../../src/server/timeline-schemas.ts';
import { describeOnRedis } from './on-redis.ts';
import { describeTimeline } from './timeline.contract.ts';

const RUN: TimelineEvent = {
  ...({
    type: 'run',
    runId: 'r',
    trigger: 'cli',
    status: 'completed',
    durationMs: 5,
    mapping: null,
    failed: 0,
  } as const),
  ...{ created: 1, updated: 0, deleted: 0, heldBack: 0, stale: 3, waitMs: 7 },
};

describeTimeline('inline', createInlineTimeline);

describeOnRedis('the timeline, in Redis', ({ connections, keys }) => {
  describeTimeline('Redis', (now) => createRedisTimeline(connections(), keys(), now));

  it('leaves out what another version wrote, and outlives the process', async () => {
    const own = keys();
    const entry = timelineEntry({ type: 'start', version: '1', role: 'all' }, new Date(), 'x');
    await createRedisTimeline(connections(), own).add(entry);
    await connections().failFast.zadd(own.timeline('start'), Date.now(), '{"type":"start"}');
    await connections().failFast.zadd(own.timeline('start'), Date.now(), 'rubbish');
    const { entries } = await createRedisTimeline(connections(), own).page({ before: null, types: [], limit: 9 });
    expect(entries).toEqual([entry]);
    expect(await connections().failFast.pttl(own.timeline('start'))).toBeGreaterThan(0);
  });

  it('reads runs of a version that did not count stale entities and waits', async () => {
    const own = keys();
    const old = { ...timelineEntry(RUN, new Date(), 'x'), stale: undefined, waitMs: undefined };
    await connections().failFast.zadd(own.timeline('run'), Date.now(), JSON.stringify(old));
    const page = await createRedisTimeline(connections(), own).page({ before: null, types: [], limit: 9 });
    expect(page.entries).toStrictEqual([{ ...old, stale: null, waitMs: null }]);
    expect(timelineSchema.parse(page)).toEqual(page);
  });
});
