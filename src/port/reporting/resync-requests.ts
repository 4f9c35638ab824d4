import { z } from 'zod';
import { isDoneWithin } from '../../core/deadline.ts';
import { messageOf } from '../../core/errors.ts';
import { type Clock, systemClock } from '../../net/clock.ts';
import type { PortApi } from '../api.ts';
import { type IntegrationReader, integrationPath, type ResyncState } from './integration-reader.ts';
import type { Log } from './log.ts';

export interface ResyncRequestPoller {
  stop(): Promise<void>;
}

export interface ResyncRequestPollerOptions {
  readonly api: PortApi;
  readonly integrationReader: IntegrationReader;
  readonly identifier: string;
  readonly intervalMs: number;
  /** Called once per request. If it fails, it is called again at the next poll. */
  readonly onRequest: (requestedAt: Date) => Promise<void>;
  readonly log: Log;
  readonly clock?: Clock;
}

const answer = z.looseObject({
  request: z
    .looseObject({ updatedAt: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
});
const STOP_WAIT_MS = 1000;

/**
 * Polls Port's "Resync" button until stopped. A request counts when it is newer than the last one that was handled. At the
 * first poll it counts when it is newer than the start of the last resync, so that a restart neither repeats an old
 * request nor loses one.
 */
export function createResyncRequestPoller(options: ResyncRequestPollerOptions): ResyncRequestPoller {
  const { api, integrationReader, identifier, intervalMs, onRequest, log, clock = systemClock } = options;
  const path = `${integrationPath(identifier)}/resync-request`;
  const ending = new AbortController();
  let handledUntil: number | undefined;
  let failures = 0;

  async function pollOnce(): Promise<void> {
    const requestedAt = await latestRequest();
    if (handledUntil === undefined) {
      const state = await integrationReader.resyncState(ending.signal);
      // The integration does not exist yet. This does not count as the first poll.
      if (!state) return;
      handledUntil = lastServed(state);
    }
    if (requestedAt === undefined || requestedAt <= handledUntil) return;
    if (!(await isServed(requestedAt))) await onRequest(new Date(requestedAt));
    handledUntil = requestedAt;
  }

  /** The time of the latest request by Port's clock, in milliseconds; undefined: there was none. */
  async function latestRequest(): Promise<number | undefined> {
    const found = await api.find({ method: 'GET', path }, answer, ending.signal);
    return timeOf(found?.request?.updatedAt);
  }

  /** Whether another replica has begun a run since. Both times are by Port's clock. */
  async function isServed(requestedAt: number): Promise<boolean> {
    const state = await integrationReader.resyncState(ending.signal);
    return state?.status === 'running' && (timeOf(state.updatedAt) ?? 0) > requestedAt;
  }

  async function poll(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await pollOnce();
        if (failures > 0) log('info', "Port's resync requests can be read again");
        failures = 0;
      } catch (error) {
        if (ending.signal.aborted) return;
        failures += 1;
        log(failures === 1 ? 'warn' : 'debug', `Port's resync request was not handled: ${messageOf(error)}`);
      }
      await clock.sleep(intervalMs, ending.signal).catch(() => undefined);
    }
  }

  const polling = poll();
  return {
    async stop() {
      ending.abort();
      await isDoneWithin(STOP_WAIT_MS, polling);
    },
  };
}

function lastServed({ lastResyncStart, updatedAt }: ResyncState): number {
  return timeOf(lastResyncStart) ?? timeOf(updatedAt) ?? Number.NEGATIVE_INFINITY;
}

function timeOf(text: string | null | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}
