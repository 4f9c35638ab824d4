import { fileURLToPath } from 'node:url';
import { type Measured, resyncOnce } from './product.ts';
import { type Setup, withStandIns } from './scenarios.ts';
import type { Requests } from './stand-in-process.ts';
import { fixed, heading, print, table, whole } from './table.ts';

/** The shipped CLI has no journal, the service has one; both run the same engine. */
const SCRIPT = ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('./recorded-run.ts', import.meta.url))];
const DETAILS = ['off', 'names', 'values'] as const;
type Detail = (typeof DETAILS)[number];

/** The best of so many rounds counts: what else goes on on a machine only ever adds. */
const ROUNDS = 3;
const SHARES = [0.01, 1];

interface Recorded extends Measured {
  readonly detail: Detail;
  readonly share: number;
  readonly requests: Requests;
}

/** What the record of a run costs: requests, time and memory, against the same run without it. */
export async function journal({ services, seed, latencies }: Setup) {
  const latencyMs = latencies[0] ?? 20;
  const runs = await withStandIns({ services, seed, latencyMs }, async (standIns) => {
    await resyncOnce(standIns.environment);
    const all: Recorded[] = [];
    let step = 0;
    for (const share of SHARES) {
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const detail of DETAILS) {
          step += 1;
          await standIns.change(share, step);
          await standIns.requests();
          const measured = await resyncOnce({ ...standIns.environment, RUN_HISTORY: detail }, SCRIPT);
          all.push({ ...measured, detail, share, requests: await standIns.requests() });
        }
      }
    }
    return all;
  });
  heading(
    `The record of a run: ${whole(runs[0]?.entities)} entities, every answer takes ${latencyMs} ms, best of ${ROUNDS}`,
  );
  const best = SHARES.flatMap((share) => DETAILS.map((detail) => bestOf(runs, share, detail)));
  table(
    ['changed', 'RUN_HISTORY', 'written', 'Port', 's', 'CPU s', 'PSS MiB', 'time / off', 'CPU / off', 'memory / off'],
    best.map((one) => {
      const off = best.find(({ share, detail }) => share === one.share && detail === 'off') ?? one;
      const ratio = (a: number | undefined, b: number | undefined) =>
        fixed(a === undefined || b === undefined ? undefined : a / b, 2);
      return [
        `${one.share * 100} %`,
        one.detail,
        whole(one.written),
        whole(one.port),
        fixed(one.seconds, 2),
        fixed(one.cpuSeconds, 2),
        whole(one.peakPssMiB),
        ratio(one.seconds, off.seconds),
        ratio(one.cpuSeconds, off.cpuSeconds),
        ratio(one.peakPssMiB, off.peakPssMiB),
      ];
    }),
  );
  print('Port: requests, of which the questions about old values are those that `off` does not have.');
  return best;
}

function bestOf(runs: readonly Recorded[], share: number, detail: Detail) {
  const own = runs.filter((run) => run.share === share && run.detail === detail);
  const least = (number: (run: Recorded) => number | undefined) =>
    Math.min(...own.map((run) => number(run) ?? Number.NaN));
  return {
    share,
    detail,
    entities: own[0]?.entities ?? 0,
    written: Math.round(own.reduce((sum, { written }) => sum + written, 0) / own.length),
    port: least(({ requests }) => requests.port),
    seconds: least(({ seconds }) => seconds),
    cpuSeconds: least(({ cpuSeconds }) => cpuSeconds),
    peakPssMiB: least(({ peakPssMiB }) => peakPssMiB),
  };
}
