import { within } from '../core/deadline.ts';
import type { RunEvent, RunQueue, RunRecord } from '../core/run-queue.ts';
import { eventText, HEARTBEAT, RETRY } from './event-stream.ts';

/**
 * A run as server-sent events: the current progress, `progress` and `times` events, then one `finished` with the report. After every
 * `heartbeatMs` without an event comes a comment, so that proxies do not close the connection. The stream also ends when
 * the run is gone, the signal aborts or the queue cannot be reached; browsers then connect again.
 */
export async function* runEvents(
  queue: RunQueue,
  record: RunRecord,
  heartbeatMs: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield RETRY;
  if (record.state === 'finished') {
    yield textOf({ type: 'finished', report: record.report });
    return;
  }
  if (record.state === 'running') {
    yield record.progress.map((progress) => textOf({ type: 'progress', progress })).join('');
    if (record.times !== undefined) yield textOf({ type: 'times', times: record.times });
  }

  const events = queue.watch(record.runId, signal)[Symbol.asyncIterator]();
  let next = nextEvent(events);
  for (;;) {
    const event = await within(heartbeatMs, next, 'quiet' as const);
    if (event === 'ended') return;
    if (event === 'quiet') {
      yield HEARTBEAT;
      continue;
    }
    yield textOf(event);
    next = nextEvent(events);
  }
}

function nextEvent(events: AsyncIterator<RunEvent>): Promise<RunEvent | 'ended'> {
  return events.next().then(
    (result) => (result.done === true ? 'ended' : result.value),
    () => 'ended',
  );
}

function textOf(event: RunEvent): string {
  return eventText(event.type, JSON.stringify(dataOf(event)));
}

function dataOf(event: RunEvent): unknown {
  switch (event.type) {
    case 'progress':
      return event.progress;
    case 'times':
      return event.times;
    case 'finished':
      return event.report;
  }
}
