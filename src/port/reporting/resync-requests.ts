import { z } from 'zod';
import { isDoneWithin } from '../../core/deadline.ts';
import { messageOf } from '../../core/errors.ts';
import { type Clock, systemClock } from '../../net/clock.ts';
import type { PortApi } from '../api.ts';
import { type IntegrationLook, integrationPath, type ResyncState } from './integration-look.ts';
import type { Log } from './log.ts';

export interface ResyncRequestPoller {
  stop(): Promise<void>;
}

export interface ResyncRequestPollerOptions {
  readonly api: PortApi;
  readonly look: IntegrationLook;
  readonly identifier: string;
  readonly intervalMs: number;
  /** Once per request. A request whose handling fails is handed over again at the next look. */
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
 * Looks at Port's "Resync" button every so often, from now until stopped, whatever happens in between. A request counts
 * when it is newer than the last one handled; at the first look, when it is newer than the last resync's beginning, so
 * that a restart neither repeats an old one nor loses one that came while we were away.
 */
export function createResyncRequestPoller(options: ResyncRequestPollerOptions): ResyncRequestPoller {
  const { api, look, identifier, intervalMs, onRequest, log, clock = systemClock } = options;
  const path = `${integrationPath(identifier)}/resync-request`;
  const ending = new AbortController();
  let handledUntil: number | undefined;
  let failures = 0;

  async function lookOnce(): Promise<void> {
    const requestedAt = await latestRequest();
    if (handledUntil === undefined) {
      const state = await look.resyncState(ending.signal);
      // Without an integration there is nothing to resync yet, and no first look either.
      if (!state) return;
      handledUntil = lastServed(state);
    }
    if (requestedAt === undefined || requestedAt <= handledUntil) return;
    if (!(await isServed(requestedAt))) await onRequest(new Date(requestedAt));
    handledUntil = requestedAt;
  }

  /** Port's own time, in milliseconds; undefined: nobody ever asked. */
  async function latestRequest(): Promise<number | undefined> {
    const found = await api.find({ method: 'GET', path }, answer, ending.signal);
    return timeOf(found?.request?.updatedAt);
  }

  /** Whether another replica has begun a run since: both times are Port's. */
  async function isServed(requestedAt: number): Promise<boolean> {
    const state = await look.resyncState(ending.signal);
    return state?.status === 'running' && (timeOf(state.updatedAt) ?? 0) > requestedAt;
  }

  async function poll(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await lookOnce();
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
