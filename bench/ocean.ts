import { type OceanRun, PUBLISHED, prepareOcean, type RunOcean } from './ocean-process.ts';
import { resyncOnce } from './product.ts';
import { type Setup, withStandIns } from './scenarios.ts';
import type { Requests, StandInProcess } from './stand-in-process.ts';
import { fixed, heading, print, table, whole } from './table.ts';

/** Names of clusters that Port takes in identifiers as they are: Ocean does not fit others, and Port refuses them. */
const CLUSTERS = 3;

/** As the integration ships, and with pages as large as ours can become. */
const VARIANTS = [
  { name: 'Ocean, its own pages (25 and 50)', servicesPageSize: 25, risksPageSize: 50 },
  { name: 'Ocean, pages of 2,000 and 1,000', servicesPageSize: 2_000, risksPageSize: 1_000 },
] as const;

interface Compared extends OceanRun {
  readonly name: string;
  readonly written: number;
  readonly requests: Requests;
}

/** Port's Ocean, as the registry has it, beside the program: first and unchanged run, against the same stand-ins. */
export async function ocean({ services, latencies, seed }: Setup) {
  const latencyMs = latencies[0] ?? 20;
  const { version, python, run: runOcean, remove } = await prepareOcean();
  const runs: Compared[] = [];
  const twice = async (name: string, once: RunOcean) => {
    await withStandIns({ services, seed, latencyMs, clusters: CLUSTERS }, async (standIns) => {
      runs.push(await compared(`${name}, first`, standIns, once));
      runs.push(await compared(`${name}, unchanged`, standIns, once));
    });
  };
  for (const { name, ...pages } of PUBLISHED ? VARIANTS.slice(0, 1) : VARIANTS)
    await twice(name, (environment) => runOcean(environment, pages));
  await twice('komodor-port', (environment) => resyncOnce(environment));
  await remove();
  heading(
    `port-ocean ${version} on ${python}; ${whole(services)} services, ${whole(services)} risks, ${latencyMs} ms an answer`,
  );
  table(
    ['', 'process s', 'entities/s', 'written', 'Komodor', 'Port', 'CPU s', 'RSS MiB', 'PSS MiB'],
    runs.map((one) => [
      one.name,
      fixed(one.processSeconds),
      whole((2 * services) / one.processSeconds),
      whole(one.written),
      whole(one.requests.komodor),
      whole(one.requests.port),
      fixed(one.cpuSeconds),
      whole(one.peakMiB),
      whole(one.peakPssMiB),
    ]),
  );
  print(
    'Seconds are from the start of the process to its end. Ocean reads risks twice: its shipped mapping has two entries for them.',
  );
  return { version, python, runs };
}

async function compared(name: string, standIns: StandInProcess, once: RunOcean): Promise<Compared> {
  await standIns.requests();
  const startedAt = new Date().toISOString();
  const run = await once(standIns.environment);
  const requests = await standIns.requests();
  const written = await standIns.written(startedAt);
  return { ...run, name, written, requests };
}
