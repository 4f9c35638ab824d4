import { z } from 'zod';
import { isDoneWithin } from '../../core/deadline.ts';
import { AppError, messageOf } from '../../core/errors.ts';
import { withAnySignal } from '../../core/signals.ts';
import { type Clock, systemClock } from '../../net/clock.ts';
import { HttpFailure } from '../../net/http-failure.ts';
import type { PortApi } from '../api.ts';
import { integrationPath } from './integration-reader.ts';
import type { Log } from './log.ts';

/** The resync state for Port's data source page. Missing fields are not changed. */
interface ResyncStateUpdate {
  readonly status: 'running' | 'completed' | 'failed' | 'aborted';
  /** ISO 8601. */
  readonly lastResyncStart?: string;
  readonly lastResyncEnd?: string | null;
  readonly nextResync?: string | null;
  /** Port's API has this spelling. */
  readonly intervalInMinuets?: number | null;
}

/** Keeps Port's resync state up to date: sends the latest update until Port has accepted it. */
export interface StateWriter {
  /** Returns at once. */
  set(news: ResyncStateUpdate): void;
  /** To be called when Port has the integration, so that what was refused without it is sent. */
  integrationExists(): void;
  /** Waits until everything is sent, at most this long. */
  settled(ms: number): Promise<boolean>;
  stop(): void;
}

const anyAnswer = z.unknown();
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

export function createStateWriter(options: {
  readonly api: PortApi;
  readonly identifier: string;
  readonly log: Log;
  readonly clock?: Clock;
}): StateWriter {
  const { api, identifier, log, clock = systemClock } = options;
  const path = `${integrationPath(identifier)}/resync-state`;
  const ending = new AbortController();
  let wanted: ResyncStateUpdate | undefined;
  /** Counts events after which another attempt may succeed. */
  let wakeUps = 0;
  let busy = false;
  let working: Promise<void> = Promise.resolve();
  let pause = new AbortController();
  let complained = false;

  async function send(body: ResyncStateUpdate, signal: AbortSignal): Promise<void> {
    await api.call({ method: 'PATCH', path, body }, anyAnswer, signal);
  }

  /** Makes one attempt and returns how it ended. */
  async function attempt(news: ResyncStateUpdate): Promise<'done' | 'missing' | 'failed'> {
    try {
      await send(news, ending.signal);
      complained = false;
      return 'done';
    } catch (error) {
      if (ending.signal.aborted) return 'done';
      if (isMissing(error)) return 'missing';
      log(complained ? 'debug' : 'warn', `Port did not take the resync state "${news.status}": ${messageOf(error)}`);
      complained = true;
      return isPermanent(error) ? 'done' : 'failed';
    }
  }

  /** The HTTP client retries each attempt. This loop is for long outages. */
  async function work(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (wanted && !ending.signal.aborted) {
      const sending = wanted;
      const before = wakeUps;
      const outcome = await attempt(sending);
      if (outcome === 'done' && wanted === sending) wanted = undefined;
      if (outcome === 'done' || wakeUps !== before) continue;
      // The run itself will create the integration. Until then another attempt is of no use.
      if (outcome === 'missing') break;
      pause = new AbortController();
      await withAnySignal([pause.signal, ending.signal], (signal) => clock.sleep(pauseMs, signal)).catch(
        () => undefined,
      );
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
    busy = false;
  }

  function wake(): void {
    wakeUps += 1;
    pause.abort();
    if (busy || !wanted || ending.signal.aborted) return;
    busy = true;
    working = work();
  }

  return {
    set(news) {
      wanted = news;
      wake();
    },
    integrationExists: wake,
    settled: (ms) => isDoneWithin(ms, working),
    stop: () => ending.abort(),
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof HttpFailure && error.status === 404;
}

/** Whether trying again cannot help: not authorized, or a body that Port refuses. */
function isPermanent(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'port_auth';
  const status = error instanceof HttpFailure ? error.status : undefined;
  return status !== undefined && status >= 400 && status < 500 && ![404, 408, 425, 429].includes(status);
}
