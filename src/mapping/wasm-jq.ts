import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { AppError, messageOf } from '../core/errors.ts';
import { isOutOfMemory, MAX_OUTPUT, TOO_MUCH_MEMORY, TOO_MUCH_OUTPUT } from './jq-limits.ts';
import { limitRun } from './processor-clock.ts';
import type { JqBinary } from './resolve-jq.ts';
import type { JqLimits, JqOutcome, RunJq } from './run-jq.ts';

/** Idle threads end after this time, to free their memory. A new one takes a tenth of a second. */
const IDLE_MS = 5_000;
/** A thread whose jq has more memory than this is not kept, because that memory never shrinks. A usual run needs 16 MiB. */
const KEPT_MEMORY = 48 * 1024 * 1024;
/** Limits for the thread's JavaScript. jq's memory has its own limit. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 };

const workerMessageSchema = z.union([
  z.object({ ready: z.string().nullable() }),
  z.object({ stdout: z.string(), stderr: z.string(), exitCode: z.number(), memory: z.number() }),
  z.object({ crashed: z.string() }),
]);

interface Thread {
  readonly worker: Worker;
  /** Its folder in /proc; undefined without /proc, or until the thread is ready. */
  proc: string | undefined;
  ready: boolean;
  /** The memory of its jq in bytes. */
  memory: number;
}

/** Runs jq as WebAssembly in worker threads, one run at a time in each. A run that exceeds a limit ends only its thread. */
export function startWasmJq(binary: JqBinary): RunJq {
  const idle = new Map<Thread, NodeJS.Timeout>();

  function takeThread(): Thread {
    for (const [thread, expiry] of idle) {
      idle.delete(thread);
      clearTimeout(expiry);
      thread.worker.ref();
      return thread;
    }
    return { worker: startWorker(binary.path), proc: undefined, ready: false, memory: 0 };
  }

  function putBack(thread: Thread): void {
    if (thread.memory > KEPT_MEMORY) {
      void thread.worker.terminate();
      return;
    }
    // An idle thread must not keep the process alive.
    thread.worker.unref();
    const expire = () => {
      idle.delete(thread);
      void thread.worker.terminate();
    };
    idle.set(thread, setTimeout(expire, IDLE_MS).unref());
  }

  return async (program, input, limits) => {
    const thread = takeThread();
    const outcome = await runInThread(thread, { program, input: input === '' ? '\n' : input }, limits, binary);
    if (outcome === 'stopped') throw limits.signal?.reason;
    if (outcome.ok || !outcome.resource) putBack(thread);
    return outcome;
  };
}

function startWorker(path: string): Worker {
  return new Worker(path, {
    workerData: { maxOutputBytes: MAX_OUTPUT, tooMuchOutput: TOO_MUCH_OUTPUT },
    env: {},
    resourceLimits: RESOURCE_LIMITS,
  });
}

/** Runs a program in a thread. A thread that is stopped, or that fails, has ended afterwards. */
function runInThread(
  thread: Thread,
  request: { readonly program: string; readonly input: string },
  { deadlineMs, signal }: JqLimits,
  binary: JqBinary,
): Promise<JqOutcome | 'stopped'> {
  const { worker } = thread;
  return new Promise((resolve, reject) => {
    let endWatch = () => {};
    function end(outcome: JqOutcome | 'stopped' | AppError): void {
      endWatch();
      signal?.removeEventListener('abort', onAbort);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      if (outcome instanceof AppError) reject(outcome);
      else resolve(outcome);
    }
    function stop(outcome: JqOutcome | 'stopped'): void {
      // Later messages of the thread are ignored.
      end(outcome);
      worker.on('error', () => undefined);
      void worker.terminate();
    }
    const onAbort = () => stop('stopped');
    signal?.addEventListener('abort', onAbort, { once: true });
    // The deadline starts after jq is loaded, because loading may be slow on a busy machine.
    function begin(): void {
      endWatch = limitRun({
        proc: thread.proc,
        deadlineMs,
        onLimitExceeded: (message) => stop(limitExceeded(message)),
      });
      worker.postMessage(request);
    }
    function onMessage(message: unknown): void {
      const answer = workerMessageSchema.parse(message);
      if ('ready' in answer) {
        thread.ready = true;
        thread.proc = answer.ready ?? undefined;
        begin();
        return;
      }
      if ('crashed' in answer) {
        end(crash(answer.crashed));
        return;
      }
      thread.memory = answer.memory;
      if (answer.exitCode === 0) end({ ok: true, stdout: withLineEnd(answer.stdout) });
      else if (isOutOfMemory(answer.stderr)) stop(limitExceeded(TOO_MUCH_MEMORY, withLineEnd(answer.stdout)));
      else end({ ok: false, stdout: withLineEnd(answer.stdout), resource: false, message: answer.stderr });
    }
    function onError(error: unknown): void {
      end(isOutOfMemory(messageOf(error)) ? limitExceeded(TOO_MUCH_MEMORY) : unusable(binary, error));
    }
    const onExit = () => end(unusable(binary, 'the thread ended'));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    if (thread.ready) begin();
  });
}

function limitExceeded(message: string, stdout = ''): JqOutcome {
  return { ok: false, stdout, resource: true, message };
}

function crash(message: string): JqOutcome {
  return limitExceeded(
    message === TOO_MUCH_OUTPUT ? TOO_MUCH_OUTPUT : isOutOfMemory(message) ? TOO_MUCH_MEMORY : 'made jq crash',
  );
}

/** Adds the line end that jq-wasm trims, because only complete lines count. */
function withLineEnd(stdout: string): string {
  return stdout === '' ? '' : `${stdout}\n`;
}

function unusable(binary: JqBinary, error: unknown): AppError {
  return new AppError('jq_unusable', `The WebAssembly jq at ${binary.path} does not work: ${messageOf(error)}.`, {
    cause: error,
  });
}
