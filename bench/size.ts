import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchBusyLoop } from './busy-loop.ts';
import { longestTurns, printTurns } from './loop.ts';
import { type Measured, resyncOnce } from './product.ts';
import type { Setup } from './scenarios.ts';
import type { StandInUse } from './size-calls.ts';
import { readChains } from './size-chain.ts';
import { type SizeStandIns, startSizeStandIns } from './size-process.ts';
import { livenessInRun } from './size-service.ts';
import { fixed, heading, print, table, whole } from './table.ts';

const LATENCY_MS = 20;
const LARGE_BYTES = 30_000;
const LIVE_LIMIT_MS = 1000;

interface SizeRun extends Measured {
  readonly name: string;
  readonly standIns: StandInUse;
}

/** What a run costs with very many entities, and with very large ones. */
export async function size({ sizeEntities, largeEntities }: Setup) {
  const many = await withSizeStandIns(sizeEntities, 0, async (standIns, run) => {
    const first = await run('first run, 0 ms', 'nothing', 0);
    const unchanged = await run('unchanged, 0 ms', 'all', 0);
    const bare = await readChains(standIns.environment, sizeEntities / 2);
    const late = await run(`unchanged, ${LATENCY_MS} ms`, 'all', LATENCY_MS);
    const chains = await readChains(standIns.environment, sizeEntities / 2);
    heading(`${whole(sizeEntities)} entities`);
    printSizeRuns([first, unchanged, late]);
    print(`The same pages as unchanged, by a client that looks at nothing: ${fixed(bare.longestSeconds)} s at 0 ms`);
    print(`The longest chain of pages at ${LATENCY_MS} ms: ${fixed(chains.longestSeconds)} s`);
    print(`unchanged / chain: ${fixed(late.seconds / chains.longestSeconds, 2)}`);
    await standIns.hold('all', 0);
    const turns = await turnsOf(standIns);
    printTurns(sizeEntities, turns);
    const live = await livenessInRun(standIns.environment);
    heading(`/health/live during a run of ${whole(sizeEntities)} entities`);
    print(`asked ${whole(live.asked)} times, longest ${whole(live.longestMs)} ms`);
    if (live.longestMs > LIVE_LIMIT_MS) process.exitCode = 1;
    return { runs: [first, unchanged, late], bare, chains, turns, live };
  });
  const large = await withSizeStandIns(largeEntities, LARGE_BYTES, async (_, run) => {
    const runs = [await run('first run, 0 ms', 'nothing', 0), await run('unchanged, 0 ms', 'all', 0)];
    heading(`${whole(largeEntities)} entities of ${whole(LARGE_BYTES / 1000)} KB`);
    printSizeRuns(runs);
    return runs;
  });
  return { many, large };
}

type Run = (name: string, holding: 'nothing' | 'all', latencyMs: number) => Promise<SizeRun>;

async function withSizeStandIns<T>(
  entities: number,
  ballast: number,
  work: (standIns: SizeStandIns, run: Run) => Promise<T>,
): Promise<T> {
  const standIns = await startSizeStandIns({ rows: entities / 2, ballast });
  async function run(...[name, holding, latencyMs]: Parameters<Run>): Promise<SizeRun> {
    await standIns.hold(holding, latencyMs);
    await standIns.use();
    const measured = await resyncOnce(standIns.environment);
    const use = await standIns.use();
    if (holding === 'nothing') checkWrites(use, entities / 2);
    return { name, ...measured, standIns: use };
  }
  try {
    return await work(standIns, run);
  } finally {
    standIns.close();
  }
}

/** Every row was written once: their count and the sum of their numbers are right. */
function checkWrites({ written }: StandInUse, rows: number): void {
  for (const [blueprint, { count, sum }] of Object.entries(written)) {
    if (count !== rows || sum !== (rows * (rows - 1)) / 2)
      throw new Error(`${blueprint}: ${count} entities were written, not ${rows}, or not each once`);
  }
}

async function turnsOf({ environment }: SizeStandIns) {
  const folder = mkdtempSync(join(tmpdir(), 'komodor-port-bench-'));
  const watch = watchBusyLoop();
  try {
    return await longestTurns(environment, watch, folder);
  } finally {
    watch.stop();
    rmSync(folder, { recursive: true });
  }
}

function printSizeRuns(runs: readonly SizeRun[]): void {
  table(
    ['', 's', 'CPU s', 'us/entity', 'peak MiB', 'stand-ins: answers', 'CPU s', 'ms an answer', 'MB'],
    runs.map(({ name, seconds, cpuSeconds, entities, peakMiB, standIns }) => [
      name,
      fixed(seconds),
      fixed(cpuSeconds),
      whole(((cpuSeconds ?? 0) / entities) * 1e6),
      whole(peakMiB),
      whole(standIns.answers),
      fixed(standIns.cpuSeconds),
      fixed(standIns.makingMs / standIns.answers, 2),
      whole(standIns.bytes / 1e6),
    ]),
  );
}
