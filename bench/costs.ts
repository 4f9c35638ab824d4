import { type Floor, measureFirst, measureUnchanged } from './floor.ts';
import { type Asked, counted, printRuns, type Run, run, type Setup, withStandIns } from './scenarios.ts';
import { fixed, heading, print, whole } from './table.ts';

const FULL_BATCH = 20;

/** First, unchanged and slightly changed run, next to what nobody can do faster (see floor.ts). */
export async function costs({ services, latencies, seed }: Setup) {
  const results = [];
  for (const latencyMs of latencies) {
    const { runs, entities } = await withStandIns({ services, seed, latencyMs }, async (standIns) => {
      const first = await run('first run', standIns);
      const unchanged = await run('unchanged', standIns);
      const changed = await standIns.change(0.01, 1);
      const after = await run(`1 % changed (${changed})`, standIns);
      return { runs: { first, unchanged, after }, entities: await standIns.entities() };
    });
    const floor = await withStandIns({ services, seed, latencyMs }, async (standIns) => ({
      first: await counted(standIns, () => measureFirst(standIns.environment, entities)),
      unchanged: await counted(standIns, () => measureUnchanged(standIns.environment)),
    }));
    heading(`${whole(runs.first.entities)} entities, every answer takes ${latencyMs} ms`);
    printRuns(Object.values(runs));
    printFloor('first run', runs.first, floor.first);
    printFloor('unchanged', runs.unchanged, floor.unchanged);
    print(
      `Port requests, first run / fewest possible writes: ${runs.first.requests.port} / ${Math.ceil(runs.first.entities / FULL_BATCH)}`,
    );
    results.push({ latencyMs, runs, floor });
  }
  return results;
}

function printFloor(name: string, { seconds, requests, chain }: Run, floor: Floor & Asked): void {
  const ends = Object.entries(floor.chains).sort(([, a], [, b]) => a - b);
  const longest = floor.ceilingSeconds === floor.seconds ? "Port's allowance" : ends.at(-1)?.[0];
  print(
    `${name} / floor: ${fixed(seconds, 2)} / ${fixed(floor.seconds, 2)} s = ${fixed(seconds / floor.seconds, 2)}; longest: ${longest} ` +
      `(${ends.map(([chain, at]) => `${chain} ${fixed(at, 2)}`).join(', ')})`,
  );
  print(
    `  requests to Komodor and Port: ${requests.komodor} and ${requests.port}; of the floor: ${floor.requests.komodor} and ${floor.requests.port}; ` +
      `one after the other: ${chain}, of the floor: ${floor.chain}`,
  );
}
