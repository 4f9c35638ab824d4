import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { SeedResult } from './run-seed.ts';
import type { Order, Reply } from './seed-worker.ts';

const MOST_WORKERS = 4;
/** A simulation mostly waits for sockets and for jq. */
const SEEDS_AT_A_TIME = 5;
/** After so many seeds of a worker its memory is looked at for the first time, and then each time again. */
const MEASURE_EVERY = 50;

/** The heap of one worker after garbage collection, each time when nothing was going on in it. */
export type HeapLine = readonly number[];

/** Runs seeds in several processes. @returns the memory of each of them */
export async function runSeeds(
  seeds: readonly number[],
  onResult: (result: SeedResult) => void,
): Promise<readonly HeapLine[]> {
  const waiting = [...seeds];
  const workers = Math.min(MOST_WORKERS, availableParallelism(), Math.ceil(seeds.length / SEEDS_AT_A_TIME));
  return Promise.all(Array.from({ length: workers }, () => employ(waiting, onResult)));
}

/** One worker process, from its first seed to its last. */
function employ(waiting: number[], onResult: (result: SeedResult) => void): Promise<HeapLine> {
  const path = fileURLToPath(new URL('./seed-worker.ts', import.meta.url));
  const child = fork(path, { execArgv: [...process.execArgv, '--expose-gc'] });
  return new Promise((resolve, reject) => {
    const heap: number[] = [];
    let open = 0;
    let sinceMeasured = 0;
    function order(message: Order): void {
      child.send(message);
    }
    function goOn(): void {
      while (open < SEEDS_AT_A_TIME && sinceMeasured < MEASURE_EVERY) {
        const seed = waiting.shift();
        if (seed === undefined) break;
        open += 1;
        sinceMeasured += 1;
        order({ type: 'seed', seed });
      }
      if (open === 0) order({ type: 'measure' });
    }
    child.on('message', (message: Reply) => {
      if (message.type === 'done') {
        open -= 1;
        onResult(message.result);
        goOn();
        return;
      }
      heap.push(message.heapBytes);
      sinceMeasured = 0;
      if (waiting.length > 0) goOn();
      else end(child, () => resolve(heap));
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`A worker of the simulation ended with ${code}.`)));
    goOn();
  });
}

function end(child: ChildProcess, done: () => void): void {
  child.removeAllListeners('exit');
  child.on('exit', done);
  child.disconnect();
}
