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

/** More would only compete with each other, and each takes memory. */
const MOST_AT_ONCE = { native: 3, wasm: 2 };

/** Makes a runner: on node-jq for a native jq, on worker threads for the WebAssembly one. Throws AppError `jq_unusable`. */
export async function createJqRunner(binary: JqBinary): Promise<JqRunner> {
  const run = binary.flavour === 'native' ? await startNativeJq(binary) : startWasmJq(binary);
  const limited = createLimiter(Math.min(availableParallelism(), MOST_AT_ONCE[binary.flavour]));
  return {
    binary,
    run: (program, input, limits) =>
      limited(() => {
        limits.signal?.throwIfAborted();
        return run(program, input, limits);
      }),
  };
}
