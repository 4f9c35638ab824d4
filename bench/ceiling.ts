import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createGovernor } from '../src/net/governor.ts';
import { createHttpClient } from '../src/net/http-client.ts';
import { askProcess } from './ask-process.ts';
import type { HostSetup } from './ceiling-host.ts';
import { fixed, heading, print, table, whole } from './table.ts';

const HOST = fileURLToPath(new URL('./ceiling-host.ts', import.meta.url));
const LATENCIES = [20, 100, 300];
/** As many a second as 35,000 in five minutes. */
const ALLOWANCE = { limit: 1167, periodMs: 10_000 };
const SECONDS = 30;
/** The first window is warm-up. */
const WARM_UP_SECONDS = ALLOWANCE.periodMs / 1000;
/** As large as a batch of twenty entities. */
const BATCH = JSON.stringify({ entities: Array.from({ length: 20 }, () => ({ text: 'x'.repeat(500) })) });
const SLOW_HOST = [
  { fromSecond: 0, capacity: 40 },
  { fromSecond: 8, capacity: 12 },
  { fromSecond: 18, capacity: 40 },
];

interface Answered {
  readonly second: number;
  readonly status: number;
  readonly tookMs: number;
}

interface Sample {
  readonly second: number;
  readonly inFlight: number;
}

/** Whether all of Port's allowance is used at any distance, what a live event waits meanwhile, and what a slow host is spared. */
export async function ceiling() {
  const rows = [];
  for (const latencyMs of LATENCIES)
    rows.push({ latencyMs, ...(await drive({ latencyMs, ...ALLOWANCE, capacities: [] })) });
  heading(
    `A host that takes ${whole(ALLOWANCE.limit)} requests in ${ALLOWANCE.periodMs / 1000} s: 35,000 in five minutes`,
  );
  table(
    ['latency, ms', '% used', '429', 'in flight, mean', 'most', 'live, ms: median', 'longest'],
    rows.map(({ latencyMs, share, refused, samples, live }) => [
      whole(latencyMs),
      fixed(share * 100),
      whole(refused),
      fixed(samples.reduce((sum, { inFlight }) => sum + inFlight, 0) / samples.length),
      whole(Math.max(...samples.map(({ inFlight }) => inFlight))),
      whole(live[Math.floor(live.length / 2)]),
      whole(live.at(-1)),
    ]),
  );
  print('after the first window; "429" also in it. Live: one request every 0.5 s, with what it waits here.');
  const slow = await drive({ latencyMs: 100, limit: 1e9, periodMs: 10_000, capacities: SLOW_HOST });
  heading('A host that answers in 100 ms and works on 40 requests at once, from second 8 to 18 on 12');
  for (let second = 0; second < SECONDS; second += 1) {
    const inFlight = slow.samples
      .filter((sample) => Math.floor(sample.second) === second)
      .map((sample) => sample.inFlight);
    const mean = inFlight.reduce((sum, one) => sum + one, 0) / Math.max(1, inFlight.length);
    print(`${String(second).padStart(3)} s ${whole(mean).padStart(3)} ${'#'.repeat(Math.round(mean))}`);
  }
  print('requests in flight, as a mean of each second');
  return { rows, slow };
}

/** Sends as much as the governor lets through, and a live request every half second. */
async function drive(setup: HostSetup) {
  const child = fork(HOST, { execArgv: ['--import', 'tsx'] });
  try {
    const baseUrl = z.string().parse(await askProcess(child, setup));
    return await measure(baseUrl, setup);
  } finally {
    child.kill('SIGKILL');
  }
}

async function measure(baseUrl: string, { limit, periodMs }: HostSetup) {
  const governor = createGovernor({ side: 'port', concurrency: 40 });
  const { signal } = new AbortController();
  const start = performance.now();
  const second = () => (performance.now() - start) / 1000;
  const answered: Answered[] = [];
  const samples: Sample[] = [];
  let inFlight = 0;
  const clientOf = (lane: 'resync' | 'live') => {
    const http = createHttpClient({
      ...{ side: 'port', baseUrl, lane, secrets: [], timeoutMs: 30_000, maxResponseBytes: 10_000 },
      governor: {
        ...governor,
        async acquire(...asked) {
          const place = await governor.acquire(...asked);
          const from = second();
          inFlight += 1;
          return {
            release(outcome) {
              inFlight -= 1;
              const status = outcome.type === 'answered' ? outcome.status : 0;
              answered.push({ second: second(), status, tookMs: (second() - from) * 1000 });
              place.release(outcome);
            },
          };
        },
      },
    });
    const send = () => http.request({ method: 'POST', path: '/bulk', bodyText: BATCH, repeatable: true, signal });
    return { http, send };
  };
  const resync = clientOf('resync');
  const live = clientOf('live');
  const liveTimes: number[] = [];
  const sampler = setInterval(() => samples.push({ second: second(), inFlight }), 50);
  const workers = Array.from({ length: 42 }, async () => {
    while (second() < SECONDS) await resync.send();
  });
  while (second() < SECONDS) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const from = performance.now();
    await live.send();
    if (second() > 1) liveTimes.push(performance.now() - from);
  }
  // Who waits for the next window is not waited for.
  resync.http.close();
  live.http.close();
  await Promise.allSettled(workers);
  clearInterval(sampler);
  const good = answered.filter((one) => one.status === 200 && one.second >= WARM_UP_SECONDS && one.second < SECONDS);
  return {
    share: good.length / ((limit * (SECONDS - WARM_UP_SECONDS) * 1000) / periodMs),
    refused: answered.filter(({ status }) => status === 429).length,
    samples: samples.filter((sample) => limit > 1e6 || sample.second >= WARM_UP_SECONDS),
    live: liveTimes.toSorted((a, b) => a - b),
  };
}
