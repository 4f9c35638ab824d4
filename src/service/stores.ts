import type { Settings } from '../config/settings.ts';
import type { FieldHistory } from '../core/field-history.ts';
import type { Journal } from '../core/journal.ts';
import type { LeftOutStore } from '../core/left-out.ts';
import type { RunQueue } from '../core/run-queue.ts';
import type { Timeline } from '../core/timeline.ts';
import { createInlineFields } from '../queue/inline-fields.ts';
import { createInlineJournal } from '../queue/inline-journal.ts';
import { createInlineLeftOut } from '../queue/inline-left-out.ts';
import { createInlineQueue } from '../queue/inline-queue.ts';
import { createInlineTimeline } from '../queue/inline-timeline.ts';
import { createRedisFields } from '../queue/redis-fields.ts';
import { createRedisJournal } from '../queue/redis-journal.ts';
import { createRedisLeftOut } from '../queue/redis-left-out.ts';
import { createRedisQueue, type RedisQueue } from '../queue/redis-queue.ts';
import { createRedisTimeline } from '../queue/redis-timeline.ts';
import type { ServiceComponents } from './components.ts';
import { keySpaceOf } from './key-space.ts';

/** The queue, and what the service remembers: all in this process, or all in Redis. */
export interface Stores {
  readonly queue: RunQueue;
  readonly journal: Journal;
  readonly timeline: Timeline;
  readonly fields: FieldHistory;
  /** Missing with RUN_HISTORY=off. */
  readonly leftOut?: LeftOutStore | undefined;
  readonly redis?: RedisQueue;
}

export function createStores(settings: Settings, { log }: ServiceComponents): Stores {
  const { redisUrl, runHistory, runHistoryRuns } = settings;
  const kept = { detail: runHistory === 'values' ? runHistory : 'names', runs: runHistoryRuns, log } as const;
  if (redisUrl === undefined) {
    const leftOut = runHistory === 'off' ? undefined : createInlineLeftOut();
    return {
      queue: createInlineQueue(),
      journal: createInlineJournal(kept),
      timeline: createInlineTimeline(),
      fields: createInlineFields(),
      leftOut,
    };
  }
  const prefix = keySpaceOf(settings);
  log('info', 'the run queue is in Redis; replicas with the same key space share it', { keySpace: prefix });
  const redis = createRedisQueue({ url: redisUrl, prefix, log });
  return {
    queue: redis,
    journal: createRedisJournal(redis.connections, redis.keys, kept),
    timeline: createRedisTimeline(redis.connections, redis.keys),
    fields: createRedisFields(redis.connections, redis.keys),
    leftOut: runHistory === 'off' ? undefined : createRedisLeftOut(redis.connections, redis.keys),
    redis,
  };
}
