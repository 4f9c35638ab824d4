import { longestChain } from './bars.ts';
import { type MappingSpeed, measureMapping } from './mapping.ts';
import { type Measured, resyncOnce } from './product.ts';
import { now } from './request-watch.ts';
import { type Requests, type StandInProcess, startStandInProcess } from './stand-in-process.ts';
import { fixed, heading, print, table, whole } from './table.ts';

export interface Setup {
  readonly services: number;
  readonly latencies: readonly number[];
  /** Numbers of services. */
  readonly scale: readonly number[];
  /** Entities for the longest turn of the event loop. */
  readonly loopEntities: number;
  /** Entities of a usual size, and of 30 KB, for what a very large account costs. */
  readonly sizeEntities: number;
  readonly largeEntities: number;
  readonly seed: number;
}

export interface Asked {
  readonly requests: Requests;
  /** The most requests that came one after the other. */
  readonly chain: number;
}

export interface Run extends Measured, Asked {
  readonly name: string;
}

export async function withStandIns<T>(
  { portLimit, ...world }: { services: number; seed: number; latencyMs: number; clusters?: number; portLimit?: Limit },
  work: (standIns: StandInProcess) => Promise<T>,
): Promise<T> {
  const limit = portLimit === undefined ? {} : { portLimit };
  const standIns = await startStandInProcess({ risksPerService: 1, clusters: 5, ...world, ...limit });
  try {
    return await work(standIns);
  } finally {
    standIns.close();
  }
}

interface Limit {
  readonly limit: number;
  readonly periodSeconds: number;
}

export async function run(name: string, standIns: StandInProcess): Promise<Run> {
  return { name, ...(await counted(standIns, () => resyncOnce(standIns.environment))) };
}

/** Does some work and adds what it asked of the stand-ins. */
export async function counted<T>(standIns: StandInProcess, work: () => Promise<T>): Promise<T & Asked> {
  await standIns.requests();
  await standIns.watched();
  const done = await work();
  const chain = longestChain((await standIns.watched()).map(({ from, to = now() }) => ({ from, to })));
  return { ...done, chain, requests: await standIns.requests() };
}

export function printRuns(runs: readonly Run[]): void {
  table(
    ['', 'entities', 'written', 's', 'entities/s', 'Komodor', 'Port', 'in a row', 'CPU s', 'RSS MiB', 'PSS MiB'],
    runs.map((one) => [
      one.name,
      whole(one.entities),
      whole(one.written),
      fixed(one.seconds, 2),
      whole(one.entities / one.seconds),
      whole(one.requests.komodor),
      whole(one.requests.port),
      whole(one.chain),
      fixed(one.cpuSeconds),
      whole(one.peakMiB),
      whole(one.peakPssMiB),
    ]),
  );
}

const speedRow = (name: string, speeds: readonly MappingSpeed[], speed: (one: MappingSpeed) => number) => [
  name,
  ...speeds.map((one) => whole(speed(one))),
];

/** The shipped mapping alone: ours, and other ways to do it. */
export async function mapping({ services, seed }: Setup) {
  const { jq, speeds } = await withStandIns({ services, seed, latencyMs: 0 }, ({ environment }) =>
    measureMapping(environment),
  );
  heading(`Mapping, items a second; ${jq}`);
  table(
    ['', ...speeds.map(({ kind }) => kind)],
    [
      speedRow('one call of jq per item', speeds, ({ oneByOne }) => oneByOne),
      speedRow('all in jq: one program, batches', speeds, ({ allInJq }) => allInJq),
      speedRow('ours: plain expressions in the process', speeds, ({ ours }) => ours),
      speedRow('jq alone, one big batch, one process', speeds, ({ oneBigBatch }) => oneBigBatch),
      speedRow('JavaScript by hand (no mapping language)', speeds, ({ byHand }) => byHand),
    ],
  );
  return { jq, speeds };
}

/** How time and memory grow with the size. */
export async function scale({ scale: sizes, seed, latencies }: Setup) {
  const latencyMs = latencies[0] ?? 20;
  const runs: Run[] = [];
  for (const services of sizes) {
    await withStandIns({ services, seed, latencyMs }, async (standIns) => {
      runs.push(await run(`${whole(services)} services, first`, standIns));
      runs.push(await run(`${whole(services)} services, unchanged`, standIns));
      await standIns.change(0.01, 1);
      runs.push(await run(`${whole(services)} services, 1 % changed`, standIns));
    });
  }
  heading(`Growth, every answer takes ${latencyMs} ms`);
  printRuns(runs);
  const firsts = runs.filter(({ name }) => name.endsWith('first'));
  const bytesPerEntity = firsts.slice(1).map((large, at) => memoryBetween(firsts[at], large));
  for (const { from, to, bytes } of bytesPerEntity) {
    print(`first runs, ${whole(from)} to ${whole(to)} entities: ${whole(bytes)} bytes of peak memory per entity more`);
  }
  return { runs, bytesPerEntity };
}

function memoryBetween(small: Run | undefined, large: Run) {
  const from = small?.entities ?? 0;
  const grown = (large.peakMiB ?? 0) - (small?.peakMiB ?? 0);
  return { from, to: large.entities, bytes: (grown * 1024 * 1024) / (large.entities - from) };
}

/** A Port that enforces its limit: how much of the allowance is used, and how often it had to say no. */
export async function limits({ seed }: Setup) {
  const portLimit = { limit: 100, periodSeconds: 10 };
  const services = 4_000;
  const one = await withStandIns({ services, seed, latencyMs: 20, portLimit }, (standIns) =>
    run('first run', standIns),
  );
  const allowance = (one.seconds / portLimit.periodSeconds) * portLimit.limit;
  heading(`Port takes ${portLimit.limit} requests in ${portLimit.periodSeconds} s`);
  printRuns([one]);
  print(
    `answered with 429: ${one.requests.refused}; used of the allowance: ${fixed((one.requests.port / allowance) * 100)} %`,
  );
  return { ...one, portLimit, shareOfAllowance: one.requests.port / allowance };
}
