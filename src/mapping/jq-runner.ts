import { availableParallelism } from 'node:os';
import { createLimiter } from './limiter.ts';
import { startNativeJq } from './native-jq.ts';
import type { JqBinary } from './resolve-jq.ts';
import type { RunJq } from './run-jq.ts';
import { startWasmJq } from './wasm-jq.ts';

export interface JqRunner {
  readonly binary: JqBinary;
  readonly run: RunJq;
}

/**
 * How many runs at a time. More would not be faster, and each needs memory: of WebAssembly tens of MiB, so a second thread is
 * started only when a run waits, for instance behind an expression that is about to exceed its time.
 */
const CONCURRENT_RUNS = { native: { limit: 3 }, wasm: { limit: 1, extra: { most: 2, patienceMs: 1_000 } } } as const;

/** Creates a runner: node-jq for a native jq, worker threads for WebAssembly. Throws AppError `jq_unusable`. */
export async function createJqRunner(binary: JqBinary): Promise<JqRunner> {
  const run = binary.flavour === 'native' ? await startNativeJq(binary) : startWasmJq(binary);
  const runs = CONCURRENT_RUNS[binary.flavour];
  const limited = createLimiter({ ...runs, limit: Math.min(availableParallelism(), runs.limit) });
  return {
    binary,
    run: (program, input, limits) =>
      limited(() => {
        limits.signal?.throwIfAborted();
        return run(program, input, limits);
      }),
  };
}
