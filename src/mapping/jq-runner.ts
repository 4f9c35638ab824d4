import { availableParallelism } from 'node:os';
import { createLimiter } from './limiter.ts';
import { startNativeJq } from './native-jq.ts';
import type { JqBinary } from './resolve-jq.ts';
import { startWasmJq } from './wasm-jq.ts';

export type JqOutcome =
  | { readonly ok: true; readonly stdout: string }
  /**
   * `stdout` holds what was printed before. `resource`: it blew a limit, and `message` goes on after "it"; otherwise
   * `message` is jq's error output.
   */
  | { readonly ok: false; readonly stdout: string; readonly resource: boolean; readonly message: string };

export interface JqLimits {
  /** Of processor time, from when jq is ready. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program over JSON documents. A program that fails, hangs or floods is an outcome; throws AppError
 * `jq_unusable` when jq cannot be started at all, and the signal's reason on abort.
 */
export type RunJq = (program: string, input: string, limits: JqLimits) => Promise<JqOutcome>;

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
