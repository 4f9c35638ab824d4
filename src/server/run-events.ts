import { QueueUnavailable, type RunEvent, type RunQueue } from '../core/run-queue.ts';

const HEARTBEAT = ': heartbeat\n\n';

/**
 * A run as server-sent events: what is known now, then `progress` events, then one `finished` with the report. A comment
 * in every quiet `heartbeatMs` keeps proxies from closing the connection. Ends when the run has finished, is gone, or the signal aborts.
 */
export async function* runEvents(
  queue: RunQueue,
  runId: string,
  heartbeatMs: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const stop = new AbortController();
  const events = queue.watch(runId, AbortSignal.any([signal, stop.signal]))[Symbol.asyncIterator]();
  try {
    let next = upcoming(events);
    yield 'retry: 3000\n\n';
    // Looked at only after the watch began, so that nothing falls in between; and again in every quiet time, because
    // an event may be lost while the queue is away.
    for (let look = true; ; ) {
      if (look) {
        const { text, isLast } = await snapshot(queue, runId);
        if (text !== '') yield text;
        if (isLast) return;
      }
      const happened = await soonest(next, heartbeatMs, signal);
      if (happened === 'aborted') return;
      look = happened === 'quiet' || happened === 'ended';
      if (happened === 'quiet') yield HEARTBEAT;
      if (typeof happened === 'string') {
        // A watch that ended without a last event (the queue was away) leaves only the looks.
        if (happened === 'ended') next = new Promise(() => undefined);
        continue;
      }
      yield textOf(happened);
      if (happened.type === 'finished') return;
      next = upcoming(events);
    }
  } finally {
    stop.abort();
  }
}

function upcoming(events: AsyncIterator<RunEvent>): Promise<RunEvent | 'ended'> {
  return events.next().then(
    (result) => (result.done === true ? 'ended' : result.value),
    () => 'ended',
  );
}

function soonest<Value>(next: Promise<Value>, quietMs: number, signal: AbortSignal): Promise<Value | 'quiet' | 'aborted'> {
  return new Promise((resolve) => {
    function settle(value: Value | 'quiet' | 'aborted'): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve(value);
    }
    function abort(): void {
      settle('aborted');
    }
    const timer = setTimeout(() => settle('quiet'), quietMs);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    void next.then(settle);
  });
}

async function snapshot(queue: RunQueue, runId: string): Promise<{ text: string; isLast: boolean }> {
  try {
    const record = await queue.find(runId);
    if (record === undefined) return { text: '', isLast: true };
    if (record.state === 'finished') return { text: textOf({ type: 'finished', report: record.report }), isLast: true };
    const progress = record.state === 'running' ? record.progress : [];
    return { text: progress.map((one) => textOf({ type: 'progress', progress: one })).join(''), isLast: false };
  } catch (error) {
    if (error instanceof QueueUnavailable) return { text: '', isLast: false };
    throw error;
  }
}

function textOf(event: RunEvent): string {
  const data = event.type === 'progress' ? event.progress : event.report;
  return `event: ${event.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
