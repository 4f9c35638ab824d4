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

/** How many runs at a time. More would not be faster, and each needs memory. */
const MAX_CONCURRENT_RUNS = { native: 3, wasm: 2 };

/** Creates a runner: node-jq for a native jq, worker threads for WebAssembly. Throws AppError `jq_unusable`. */
export async function createJqRunner(binary: JqBinary): Promise<JqRunner> {
  const run = binary.flavour === 'native' ? await startNativeJq(binary) : startWasmJq(binary);
  const limited = createLimiter(Math.min(availableParallelism(), MAX_CONCURRENT_RUNS[binary.flavour]));
  return {
    binary,
    run: (program, input, limits) =>
      limited(() => {
        limits.signal?.throwIfAborted();
        return run(program, input, limits);
      }),
  };
}
