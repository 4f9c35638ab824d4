import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { AppError, messageOf } from '../core/errors.ts';
import { isOutOfMemory, MAX_OUTPUT, TOO_MUCH_MEMORY, TOO_MUCH_OUTPUT } from './jq-limits.ts';
import { watchRun } from './processor-clock.ts';
import type { JqBinary } from './resolve-jq.ts';
import type { JqLimits, JqOutcome, RunJq } from './run-jq.ts';

/** Unused threads end after this time and give their memory back. */
const IDLE_MS = 30_000;
/** What the thread's own JavaScript may use; jq's memory has a limit of its own. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 };

const Answer = z.union([
  z.object({ ready: z.string().nullable() }),
  z.object({ stdout: z.string(), stderr: z.string(), exitCode: z.number() }),
  z.object({ crashed: z.string() }),
]);

interface Thread {
  readonly worker: Worker;
  /** Its folder in /proc; undefined where there is none, or while it is not ready. */
  proc: string | undefined;
  ready: boolean;
}

/** Runs jq as WebAssembly in worker threads, one run at a time in each; a run that blows a limit takes only its thread along. */
export function startWasmJq(binary: JqBinary): RunJq {
  const idle = new Map<Thread, NodeJS.Timeout>();

  function take(): Thread {
    for (const [thread, expiry] of idle) {
      idle.delete(thread);
      clearTimeout(expiry);
      thread.worker.ref();
      return thread;
    }
    return { worker: startWorker(binary.path), proc: undefined, ready: false };
  }

  function giveBack(thread: Thread): void {
    // Nobody waits for an idle thread, least of all the end of the process.
    thread.worker.unref();
    const expire = () => {
      idle.delete(thread);
      void thread.worker.terminate();
    };
    idle.set(thread, setTimeout(expire, IDLE_MS).unref());
  }

  return async (program, input, limits) => {
    const thread = take();
    const outcome = await ask(thread, { program, input: input === '' ? '\n' : input }, limits, binary);
    if (outcome === 'stopped') throw limits.signal?.reason;
    if (outcome.ok || !outcome.resource) giveBack(thread);
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

/** One run. A thread that is stopped, or that fails, is gone afterwards. */
function ask(
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
      // What the thread still says on its way out concerns nobody.
      end(outcome);
      worker.on('error', () => undefined);
      void worker.terminate();
    }
    const onAbort = () => stop('stopped');
    signal?.addEventListener('abort', onAbort, { once: true });
    // Loading jq takes its time where the processor is scarce, and is nobody's fault: the clock starts after it.
    function begin(): void {
      endWatch = watchRun({ proc: thread.proc, deadlineMs, onTooMuch: (message) => stop(blown(message)) });
      worker.postMessage(request);
    }
    function onMessage(message: unknown): void {
      const answer = Answer.parse(message);
      if ('ready' in answer) {
        thread.ready = true;
        thread.proc = answer.ready ?? undefined;
        begin();
      } else if ('crashed' in answer) end(crash(answer.crashed));
      else if (answer.exitCode === 0) end({ ok: true, stdout: withLineEnd(answer.stdout) });
      else if (isOutOfMemory(answer.stderr)) stop(blown(TOO_MUCH_MEMORY, withLineEnd(answer.stdout)));
      else end({ ok: false, stdout: withLineEnd(answer.stdout), resource: false, message: answer.stderr });
    }
    function onError(error: unknown): void {
      end(isOutOfMemory(messageOf(error)) ? blown(TOO_MUCH_MEMORY) : unusable(binary, error));
    }
    const onExit = () => end(unusable(binary, 'the thread ended'));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    if (thread.ready) begin();
  });
}

function blown(message: string, stdout = ''): JqOutcome {
  return { ok: false, stdout, resource: true, message };
}

function crash(message: string): JqOutcome {
  return blown(
    message === TOO_MUCH_OUTPUT ? TOO_MUCH_OUTPUT : isOutOfMemory(message) ? TOO_MUCH_MEMORY : 'made jq crash',
  );
}

/** jq-wasm trims what was printed; a line counts only with its end. */
function withLineEnd(stdout: string): string {
  return stdout === '' ? '' : `${stdout}\n`;
}

function unusable(binary: JqBinary, error: unknown): AppError {
  return new AppError('jq_unusable', `The WebAssembly jq at ${binary.path} does not work: ${messageOf(error)}.`, {
    cause: error,
  });
}
