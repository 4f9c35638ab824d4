import { setMaxListeners } from 'node:events';
import type { RequestLane } from '../../src/net/allowance.ts';
import { type AttemptOutcome, createGovernor } from '../../src/net/governor.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

/** How a host counts: from one reset to the next; or in the last seconds, and says when the first or the last of these are forgotten. */
export type Counting = 'fixed' | 'sliding, first' | 'sliding, all';

export interface HostOptions {
  readonly limit: number;
  readonly periodMs: number;
  readonly counting?: Counting;
  /** What its headers say instead of the truth. */
  readonly headers?: { readonly [name: string]: string };
  /** Whether a refusal says for how long. */
  readonly retryAfter?: boolean;
}

/** A host that enforces its allowance. */
function countingHost(clock: VirtualTime, { limit, periodMs, counting = 'fixed', headers, retryAfter }: HostOptions) {
  const start = clock.now();
  let taken: number[] = [];
  const windowOf = (at: number) => start + Math.floor((at - start) / periodMs) * periodMs;
  return (): AttemptOutcome => {
    const now = clock.now();
    const from = counting === 'fixed' ? windowOf(now) : now - periodMs + 1;
    taken = taken.filter((at) => at >= from);
    const isOver = taken.length >= limit;
    if (!isOver) taken.push(now);
    const reset = counting === 'fixed' ? from : ((counting === 'sliding, first' ? taken[0] : taken.at(-1)) ?? now);
    const resetS = String(Math.ceil((reset + periodMs - now) / 1000));
    const told = {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(limit - taken.length),
      'x-ratelimit-reset': resetS,
    };
    const wait: { readonly [name: string]: string } = isOver && retryAfter ? { 'retry-after': resetS } : {};
    return { type: 'answered', status: isOver ? 429 : 200, headers: { ...(headers ?? told), ...wait } };
  };
}

export interface Sent {
  readonly at: number;
  readonly lane: RequestLane;
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly status: number;
  readonly inFlight: number;
}

/** Sends as much as a governor lets through, and live requests in between. Times are milliseconds from the start. */
export async function sendAll(
  host: HostOptions,
  { latencyMs, untilMs, liveEveryMs }: { latencyMs: number; untilMs: number; liveEveryMs?: number },
): Promise<readonly Sent[]> {
  const never = new AbortController().signal;
  setMaxListeners(0, never);
  const clock = virtualTime();
  const start = clock.now();
  const governor = createGovernor({ side: 'port', concurrency: 40, clock });
  const arrive = countingHost(clock, host);
  const sent: Sent[] = [];
  let inFlight = 0;
  let running = 0;
  const isOver = () => clock.now() - start >= untilMs;
  async function send(lane: RequestLane): Promise<void> {
    const askedAt = clock.now() - start;
    const place = await governor.acquire(never, { lane });
    const at = clock.now() - start;
    inFlight += 1;
    const among = inFlight;
    const outcome = arrive();
    await clock.sleep(latencyMs, never);
    inFlight -= 1;
    const status = outcome.type === 'answered' ? outcome.status : 0;
    sent.push({ at, lane, askedAt, answeredAt: clock.now() - start, status, inFlight: among });
    place.release(outcome);
  }
  async function resync(): Promise<void> {
    running += 1;
    while (!isOver()) await send('resync');
    running -= 1;
  }
  async function events(everyMs: number): Promise<void> {
    running += 1;
    while (!isOver()) {
      await clock.sleep(everyMs, never);
      await send('live');
    }
    running -= 1;
  }
  for (let worker = 0; worker < 45; worker += 1) void resync();
  if (liveEveryMs !== undefined) void events(liveEveryMs);
  await clock.run(() => running === 0);
  return sent;
}
