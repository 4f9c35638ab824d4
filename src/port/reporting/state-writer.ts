import { z } from 'zod';
import { isDoneWithin } from '../../core/deadline.ts';
import { AppError, messageOf } from '../../core/errors.ts';
import { underEither } from '../../core/signals.ts';
import { type Clock, systemClock } from '../../net/clock.ts';
import { HttpFailure } from '../../net/http-failure.ts';
import type { PortApi } from '../api.ts';
import { integrationPath } from './integration-look.ts';
import type { Log } from './log.ts';

/** What Port's data source page shows of a resync. Absent fields stay as they are. */
interface ResyncNews {
  readonly status: 'running' | 'completed' | 'failed' | 'aborted';
  /** ISO 8601. */
  readonly lastResyncStart?: string;
  readonly lastResyncEnd?: string | null;
  readonly nextResync?: string | null;
  /** The API itself spells it so. */
  readonly intervalInMinuets?: number | null;
}

/** Keeps Port's resync state true: the newest news wins, and is sent until Port has it. */
export interface StateWriter {
  /** Returns at once. */
  set(news: ResyncNews): void;
  /** Port has the integration now: what it refused for the lack of it can be sent. */
  integrationExists(): void;
  /** Waits until nothing is left to send, at most this long. */
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
  let wanted: ResyncNews | undefined;
  /** Counts what may make another attempt worth while. */
  let occasions = 0;
  let busy = false;
  let working: Promise<void> = Promise.resolve();
  let pause = new AbortController();
  let complained = false;

  async function send(body: ResyncNews, signal: AbortSignal): Promise<void> {
    await api.call({ method: 'PATCH', path, body }, anyAnswer, signal);
  }

  /** One attempt. Says how to go on. */
  async function attempt(news: ResyncNews): Promise<'done' | 'missing' | 'failed'> {
    try {
      await send(news, ending.signal);
      complained = false;
      return 'done';
    } catch (error) {
      if (ending.signal.aborted) return 'done';
      if (isMissing(error)) return 'missing';
      log(complained ? 'debug' : 'warn', `Port did not take the resync state "${news.status}": ${messageOf(error)}`);
      complained = true;
      return isHopeless(error) ? 'done' : 'failed';
    }
  }

  /** Each attempt has the client's own quick retries in it; this loop is for the long outage. */
  async function work(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (wanted && !ending.signal.aborted) {
      const sending = wanted;
      const before = occasions;
      const outcome = await attempt(sending);
      if (outcome === 'done' && wanted === sending) wanted = undefined;
      if (outcome === 'done' || occasions !== before) continue;
      // The run that is being reported creates the integration; until then asking again is of no use.
      if (outcome === 'missing') break;
      pause = new AbortController();
      await underEither([pause.signal, ending.signal], (signal) => clock.sleep(pauseMs, signal)).catch(() => undefined);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
    busy = false;
  }

  function wake(): void {
    occasions += 1;
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

/** Whether asking again cannot help: no right to, or a body that Port does not want. */
function isHopeless(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'port_auth';
  const status = error instanceof HttpFailure ? error.status : undefined;
  return status !== undefined && status >= 400 && status < 500 && ![404, 408, 425, 429].includes(status);
}
