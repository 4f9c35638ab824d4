/**
 * How fast, and at what cost. Everything that is compared is measured in one run on one machine: a second by itself says
 * more about the machine than about us. `npm run bench -- --help`
 */

import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { Command } from 'commander';
import { ceiling } from './ceiling.ts';
import { cluster } from './cluster.ts';
import { costs } from './costs.ts';
import { journal } from './journal.ts';
import { loop } from './loop.ts';
import { ocean } from './ocean.ts';
import { page } from './page.ts';
import { limits, mapping, scale } from './scenarios.ts';
import { size } from './size.ts';
import { start } from './start.ts';
import { heading, print } from './table.ts';
import { waterfall } from './waterfall.ts';

interface Options {
  readonly services: string;
  readonly latency: string;
  readonly scale: string;
  readonly loop: string;
  readonly entities: string;
  readonly large: string;
  readonly seed: string;
  readonly only?: string;
  readonly json?: string;
}

const SCENARIOS = { mapping, costs, scale, limits, loop, journal, cluster, page, size, start, ceiling };
/** Measured only when they are asked for by name. */
const BY_NAME = { waterfall, ocean };

const options = new Command('npm run bench --')
  .description('Measures the built program (dist/) against the stand-ins, which run in a process of their own.')
  .option('--services <n>', 'services, and as many risks', '5000')
  .option('--latency <ms,ms>', 'milliseconds that every answer takes', '20,50,300')
  .option('--scale <n,n>', 'numbers of services for how the cost grows', '500,10000,50000')
  .option('--loop <n>', 'entities for the longest turn of the event loop', '100000')
  .option('--entities <n>', 'entities for size', '20000')
  .option('--large <n>', 'entities of 30 KB for size', '1000')
  .option('--seed <n>', 'the same seed gives the same data', '1')
  .option('--only <names>', `some of ${Object.keys(SCENARIOS).join(', ')}; and of ${Object.keys(BY_NAME).join(', ')}`)
  .option('--json <file>', 'write the results there as well')
  .addHelpText(
    'after',
    '\nEvery request of a run over time:\n  npm run bench -- --only waterfall --services 5000 --latency 300',
  )
  .parse()
  .opts<Options>();

const numbers = (text: string) => text.split(',').map(Number);
const setup = {
  services: Number(options.services),
  latencies: numbers(options.latency),
  scale: numbers(options.scale),
  loopEntities: Number(options.loop),
  sizeEntities: Number(options.entities),
  largeEntities: Number(options.large),
  seed: Number(options.seed),
};
const machine = {
  processors: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
};
heading(`${machine.processors}, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}`);

const wanted = options.only?.split(',');
const results: Record<string, unknown> = { machine, setup };
for (const [name, scenario] of Object.entries(wanted === undefined ? SCENARIOS : { ...SCENARIOS, ...BY_NAME })) {
  if (wanted !== undefined && !wanted.includes(name)) continue;
  results[name] = await scenario(setup);
}
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  print(`\nWritten to ${options.json}`);
}
