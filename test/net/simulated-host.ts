import { Concurrency, type RequestEnd } from '../../src/net/concurrency.ts';

/** How a host takes a request that arrives at this time, when so many are in flight with it. */
export type HostModel = (at: number, inFlight: number) => { readonly tookMs: number; readonly verdict?: RequestEnd };

export interface Sample {
  readonly at: number;
  readonly allowed: number;
  readonly tookMs: number;
  readonly inFlight: number;
}

/** A host that works on so many requests at once; the others queue. */
export function queueing(serviceMs: number, capacityAt: (at: number) => number): HostModel {
  const busyUntil: number[] = [];
  return (at) => {
    const capacity = capacityAt(at);
    while (busyUntil.length < capacity) busyUntil.push(at);
    // With less capacity the workers that are free last are gone.
    busyUntil.sort((a, b) => a - b).splice(capacity);
    const start = Math.max(at, busyUntil[0] ?? at);
    busyUntil[0] = start + serviceMs;
    return { tookMs: start + serviceMs - at };
  };
}

/** Sends as much as `Concurrency` allows to a host, on a clock of its own. @returns what was allowed at the end of each request */
export function simulate(host: HostModel, untilMs: number, ceiling = 40): readonly Sample[] {
  const concurrency = new Concurrency({ ceiling });
  const underWay: { readonly number: number; readonly end: number; readonly tookMs: number; verdict: RequestEnd }[] =
    [];
  const samples: Sample[] = [];
  let at = 0;
  while (at < untilMs) {
    while (underWay.length < concurrency.allowed) {
      const { tookMs, verdict = 'good' } = host(at, underWay.length + 1);
      underWay.push({ number: concurrency.begin(underWay.length + 1), end: at + tookMs, tookMs, verdict });
    }
    underWay.sort((a, b) => a.end - b.end);
    const ended = underWay.shift();
    if (ended === undefined) break;
    at = ended.end;
    concurrency.end({ number: ended.number, verdict: ended.verdict, work: 'POST /bulk', tookMs: ended.tookMs });
    samples.push({ at, allowed: concurrency.allowed, tookMs: ended.tookMs, inFlight: underWay.length });
  }
  return samples;
}

/** What was allowed at a time. */
export function allowedAt(samples: readonly Sample[], at: number): number {
  return samples.findLast((sample) => sample.at <= at)?.allowed ?? 0;
}

/** What was allowed on average from one time to another. */
export function meanAllowed(samples: readonly Sample[], from: number, to: number): number {
  const some = samples.filter(({ at }) => at >= from && at < to);
  return some.reduce((sum, { allowed }) => sum + allowed, 0) / some.length;
}
