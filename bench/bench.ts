/**
 * How fast, in ratios taken in one run on one machine: absolute seconds say more about the machine than about us.
 * `npm run bench -- [services]`
 */

import { startStandIns } from '../src/cli/stand-ins.ts';
import { createApplication } from '../src/compose.ts';
import { loadSettings } from '../src/config/settings.ts';
import type { RunReport } from '../src/core/report.ts';

const LATENCY_MS = 50;
const services = Number(process.argv[2] ?? 2000);

interface Measured {
  readonly report: RunReport;
  readonly seconds: number;
  readonly entities: number;
}

async function measure(latencyMs: number): Promise<{ first: Measured; second: Measured }> {
  const standIns = await startStandIns({
    seed: 1,
    services,
    risksPerService: 1,
    clusters: 5,
    latencyMs,
    komodorPort: 0,
    portPort: 0,
    faults: [],
  });
  const application = await createApplication(
    loadSettings({ ...standIns.environment }, { dotenvPath: '/dev/null' }),
    {},
  );
  const run = async (): Promise<Measured> => {
    const before = performance.now();
    const report = await application.run({ mode: 'resync', trigger: 'cli' }, new AbortController().signal);
    if (report.status !== 'completed')
      throw new Error(`the run ended ${report.status}: ${JSON.stringify(report.problems)}`);
    const entities = report.blueprints.reduce((sum, b) => sum + b.created + b.updated + b.unchanged, 0);
    return { report, seconds: (performance.now() - before) / 1000, entities };
  };
  const first = await run();
  const second = await run();
  application.close();
  await standIns.close();
  return { first, second };
}

/** Port requests of Ocean for as many entities in its pages of 25 and 50: see docs/adr/0001. */
function oceanRequests(entities: number, unchanged: boolean): number {
  const half = entities / 2;
  const servicePages = half / 25;
  const riskPages = half / 50;
  return unchanged ? servicePages + riskPages : servicePages * 3 + riskPages * 4;
}

const line = (what: string, ratio: number, detail: string) =>
  process.stdout.write(`${what.padEnd(52)} ${ratio.toFixed(2).padStart(8)}x  ${detail}\n`);

const quick = await measure(0);
const slow = await measure(LATENCY_MS);
const { entities } = quick.first;
process.stdout.write(`${entities} entities; ratios of one run on this machine\n\n`);
line(
  'first resync / unchanged resync, time',
  quick.first.seconds / quick.second.seconds,
  `${quick.first.seconds.toFixed(2)} s / ${quick.second.seconds.toFixed(2)} s`,
);
line(
  `first resync with ${LATENCY_MS} ms latency / without, time`,
  slow.first.seconds / quick.first.seconds,
  `${slow.first.seconds.toFixed(2)} s / ${quick.first.seconds.toFixed(2)} s`,
);
const serial = ((slow.first.report.requests.port + slow.first.report.requests.komodor) * LATENCY_MS) / 1000;
line(
  'all requests one after the other / first resync',
  serial / slow.first.seconds,
  `${serial.toFixed(2)} s of latency in ${slow.first.seconds.toFixed(2)} s`,
);
const { port: firstRequests } = quick.first.report.requests;
const { port: secondRequests } = quick.second.report.requests;
line(
  'Port requests, first: fewest possible / ours',
  entities / 20 / firstRequests,
  `${Math.ceil(entities / 20)} / ${firstRequests}`,
);
line(
  "Port requests, first: Ocean's / ours",
  oceanRequests(entities, false) / firstRequests,
  `${Math.round(oceanRequests(entities, false))} / ${firstRequests}`,
);
line(
  "Port requests, unchanged: Ocean's / ours",
  oceanRequests(entities, true) / secondRequests,
  `${Math.round(oceanRequests(entities, true))} / ${secondRequests}`,
);
