import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isDoneWithin } from '../../core/deadline.ts';
import { messageOf } from '../../core/errors.ts';
import { withAnySignal } from '../../core/signals.ts';
import { type Clock, systemClock } from '../../net/clock.ts';
import { HttpFailure } from '../../net/http-failure.ts';
import type { Ingest } from './ingest.ts';
import type { IntegrationReader } from './integration-reader.ts';
import type { Log } from './log.ts';
import { type LogRecord, toLogRecord } from './log-record.ts';
import { createMask } from './mask.ts';

export interface LogShipperOptions {
  readonly ingest: Ingest;
  readonly integrationReader: IntegrationReader;
  readonly secrets: readonly string[];
  /** For failures of the shipping itself. These lines have `localOnly` and are not shipped. */
  readonly log: Log;
  readonly batchRecords?: number;
  readonly flushMs?: number;
  /** How many records may wait. The oldest are dropped. */
  readonly maxQueue?: number;
  readonly clock?: Clock;
}

/** Sends our log to Port's audit log, in batches. */
export interface LogShipper {
  /** Adds one line of the log, as JSON. Returns at once and never throws. */
  tap(line: string): void;
  /** Flushes for at most 3 s and stops. */
  stop(): Promise<void>;
}

const BATCH_BYTES = 1024 * 1024 - 1024;
const MAX_QUEUE_BYTES = 16 * 1024 * 1024;
const LONGEST_PAUSE_MS = 300_000;
const ATTEMPTS = 3;
const STOP_MS = 3000;

export function createLogShipper(options: LogShipperOptions): LogShipper {
  const {
    ingest,
    integrationReader,
    log,
    batchRecords = 100,
    flushMs = 5000,
    maxQueue = 5000,
    clock = systemClock,
  } = options;
  const mask = createMask(options.secrets);
  const about = { hostname: hostname(), instance: randomUUID() };
  const ending = new AbortController();
  let alarm = new AbortController();
  let queue: LogRecord[] = [];
  let queueBytes = 0;
  let dropped = 0;
  let failures = 0;
  let complained = false;
  let isUrgent = false;
  let flushing: Promise<void> | undefined;

  function drop(count: number): void {
    for (const { bytes } of queue.splice(0, count)) queueBytes -= bytes;
    dropped += count;
  }

  /** The records of the next request, the oldest first. They stay in the queue until Port has accepted them. */
  function nextBatch(): readonly LogRecord[] {
    let bytes = 0;
    const end = queue.findIndex((record, index) => {
      bytes += record.bytes + 1;
      return index >= batchRecords || bytes > BATCH_BYTES;
    });
    return end === -1 ? [...queue] : queue.slice(0, end);
  }

  async function send(batch: readonly LogRecord[]): Promise<'taken' | 'refused' | 'no_address'> {
    const url = await integrationReader.ingestUrl('logs', ending.signal);
    if (url === undefined) return 'no_address';
    const bodyText = `{"logs":[${batch.map(({ text }) => text).join(',')}]}`;
    try {
      await ingest.send({ method: 'POST', url, bodyText, attempts: ATTEMPTS, signal: ending.signal });
      return 'taken';
    } catch (error) {
      if (error instanceof HttpFailure && [400, 413, 422].includes(error.status ?? 0)) return 'refused';
      throw error;
    }
  }

  /** Removes sent records from the queue. Some may have been dropped in the meantime. */
  function remove(batch: readonly LogRecord[]): void {
    const gone = new Set(batch);
    queue = queue.filter((record) => !gone.has(record));
    queueBytes = queue.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Sends the records that wait now. Later ones go into another batch. */
  async function sendAll(): Promise<void> {
    isUrgent = false;
    for (let left = queue.length; left > 0 && queue.length > 0; ) {
      const batch = nextBatch();
      const outcome = await send(batch);
      if (outcome === 'no_address') {
        failures += 1;
        return;
      }
      remove(batch);
      left -= batch.length;
      failures = 0;
      if (outcome === 'refused') {
        dropped += batch.length;
        log('warn', `Port refused ${batch.length} log records; they are not sent again`, { localOnly: true });
      } else if (complained) {
        complained = false;
        log('info', `Port takes our log again; ${dropped} records were lost so far`, { localOnly: true });
      }
    }
  }

  async function attempt(): Promise<void> {
    try {
      await sendAll();
    } catch (error) {
      failures += 1;
      if (complained || ending.signal.aborted) return;
      complained = true;
      log('warn', `Port did not take our log: ${messageOf(error)}`, { localOnly: true });
    }
  }

  /** Sends what there is; gives up at the first batch that Port does not take. */
  function flush(): Promise<void> {
    flushing ??= attempt().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  async function work(): Promise<void> {
    while (!ending.signal.aborted) {
      alarm = new AbortController();
      if (!isUrgent) {
        const pauseMs = Math.min(LONGEST_PAUSE_MS, flushMs * 2 ** failures);
        await withAnySignal([alarm.signal, ending.signal], (signal) => clock.sleep(pauseMs, signal)).catch(
          () => undefined,
        );
      }
      if (!ending.signal.aborted) await flush();
    }
  }
  void work();

  return {
    tap(line) {
      if (ending.signal.aborted) return;
      const record = recordOf(line);
      if (!record) return;
      queue.push(record);
      queueBytes += record.bytes;
      while (queue.length > maxQueue || queueBytes > MAX_QUEUE_BYTES) drop(1);
      // While Port accepts nothing, a full batch is no reason to try earlier.
      if (failures > 0 || !(record.isFatal || queue.length >= batchRecords)) return;
      isUrgent = true;
      alarm.abort();
    },
    async stop() {
      await isDoneWithin(STOP_MS, flushing === undefined ? flush() : flushing.then(flush));
      ending.abort();
    },
  };

  function recordOf(line: string): LogRecord | undefined {
    try {
      return toLogRecord(line, mask, about, clock.now());
    } catch {
      // An unusable line is dropped. It must not stop the others.
      dropped += 1;
      return undefined;
    }
  }
}
