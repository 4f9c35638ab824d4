/**
 * Simulates many worlds with everything that may go wrong in them, and checks what the program made of each:
 * `npm run chaos -- --seeds N`. What is simulated and what is checked stands in docs/chaos.md.
 */

import { parseArgs } from 'node:util';
import { type HeapLine, runSeeds } from './crew.ts';
import type { Violation } from './oracle.ts';
import { killReally } from './real-kills.ts';
import { runSeed, type SeedResult } from './run-seed.ts';

const MIB = 1024 * 1024;
/** So many seeds are worth a few real processes besides. */
const SEEDS_WORTH_KILLS = 100;
const KILLS = 10;
/** How much the heap may differ between two quiet moments of a worker. */
const HEAP_SLACK_MIB = 24;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    kills: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const startedAt = performance.now();
const failed: SeedResult[] = [];
let done = 0;
let actions = 0;

function print(text: string): void {
  if (!values.json) process.stdout.write(`${text}\n`);
}

function seedsWanted(): readonly number[] {
  if (values.seed !== undefined) return [wholeNumber('seed', values.seed)];
  const from = wholeNumber('from', values.from);
  return Array.from({ length: wholeNumber('seeds', values.seeds) }, (_, at) => from + at);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  process.stderr.write(`--${name} needs a whole number\n`);
  return process.exit(2);
}

function take(result: SeedResult): void {
  done += 1;
  actions += result.journal.length;
  if (values.verbose) print([`seed ${result.seed}`, ...result.journal.map((line) => `  ${line}`)].join('\n'));
  if (result.violations.length > 0) {
    failed.push(result);
    if (process.stdout.isTTY) process.stdout.write('\r\u001b[K');
    for (const { rule, what } of result.violations) print(`seed ${result.seed}: rule ${rule}: ${what}`);
    print(`  npm run chaos -- --seed ${result.seed} --verbose`);
  }
  if (process.stdout.isTTY && !values.json) {
    process.stdout.write(`\r\u001b[K${done} of ${seeds.length} seeds, ${failed.length} with violations`);
  }
}

/** Rule 5 over many seeds: between its first quiet moment and its last a worker's heap does not grow. */
function memoryViolations(lines: readonly HeapLine[]): readonly Violation[] {
  return lines.flatMap((heap): Violation[] => {
    const first = heap[0] ?? 0;
    const last = heap.at(-1) ?? 0;
    if (last - first <= HEAP_SLACK_MIB * MIB) return [];
    return [
      { rule: 5, what: `the heap of a worker grew: ${heap.map((bytes) => Math.round(bytes / MIB)).join(', ')} MiB` },
    ];
  });
}

const seeds = seedsWanted();
let heaps: readonly HeapLine[] = [];
if (values.seed === undefined) heaps = await runSeeds(seeds, take);
else take(await runSeed(seeds[0] ?? 0));
const memory = memoryViolations(heaps);
const kills = wholeNumber('kills', values.kills ?? String(seeds.length >= SEEDS_WORTH_KILLS ? KILLS : 0));
const afterKills = kills === 0 ? [] : await killReally(kills, seeds[0] ?? 0);
const violations = [...failed.flatMap((result) => result.violations), ...memory, ...afterKills];
const seconds = Math.round((performance.now() - startedAt) / 1000);
for (const { rule, what } of memory) print(`rule ${rule}: ${what}`);
for (const { rule, what } of afterKills) print(`after real kills: rule ${rule}: ${what}`);
if (process.stdout.isTTY) print('');
print(`${done} seeds, ${actions} steps, ${kills} real kills, ${violations.length} violations, ${seconds} s`);
const lines = heaps.map((heap) => heap.map((bytes) => Math.round(bytes / MIB)));
if (lines.length > 0)
  print(`heap of each worker after each fifty seeds, in MiB: ${lines.map((line) => line.join(' ')).join(' | ')}`);
if (values.json)
  process.stdout.write(
    `${JSON.stringify({ seeds: done, actions, seconds, failed, memory, kills, afterKills, heapMiB: lines })}\n`,
  );
process.exit(violations.length === 0 ? 0 : 1);
