import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { writeFile } from 'node:fs/promises';
import { AppError, messageOf } from '../core/errors.ts';
import { isOutOfMemory, MAX_MEMORY, MAX_OUTPUT, TOO_MUCH_MEMORY, TOO_MUCH_OUTPUT } from './jq-limits.ts';
import { limitRun } from './processor-clock.ts';
import type { JqBinary } from './resolve-jq.ts';
import type { JqOutcome, RunJq } from './run-jq.ts';

const MAX_STDERR_CHARS = 1024 * 1024;

let loadedFor: string | undefined;

/**
 * Runs jq processes through node-jq. node-jq can use only one jq per process: for another path this throws AppError
 * `jq_unusable`.
 */
export async function startNativeJq(binary: JqBinary): Promise<RunJq> {
  // node-jq reads the variable once, when it is loaded, so it is imported only here.
  if (loadedFor !== undefined && loadedFor !== binary.path) {
    throw new AppError(
      'jq_unusable',
      `This process already uses the jq at ${loadedFor}; it cannot change to ${binary.path}.`,
    );
  }
  loadedFor = binary.path;
  const run = await loadNodeJq(binary.path);

  return (program, input, { deadlineMs, signal }) => {
    const { child, finished } = captureChild(() =>
      // 'json' would parse all data, and an empty string is refused.
      run(program, input === '' ? '\n' : input, { input: 'string', output: 'compact' }),
    );
    if (child === undefined) {
      return finished.then(
        () =>
          Promise.reject(
            new AppError('jq_unusable', 'The jq process could not be watched; this Node version is not supported.'),
          ),
        (error: unknown) => Promise.reject(unusable(binary, error)),
      );
    }
    return enforceLimits(child, finished, binary, deadlineMs, signal);
  };
}

async function loadNodeJq(path: string): Promise<typeof import('node-jq').run> {
  const before = process.env.JQ_PATH;
  process.env.JQ_PATH = path;
  try {
    return (await import('node-jq')).run;
  } finally {
    if (before === undefined) delete process.env.JQ_PATH;
    else process.env.JQ_PATH = before;
  }
}

/** Gets the child process, which node-jq does not return: Node publishes every child process while it is being started. */
function captureChild<T>(start: () => Promise<T>): { child: ChildProcess | undefined; finished: Promise<T> } {
  let child: ChildProcess | undefined;
  function onProcess(message: unknown): void {
    if (isChildMessage(message)) child = message.process;
  }
  subscribe('child_process', onProcess);
  try {
    const finished = start();
    return { child, finished };
  } finally {
    unsubscribe('child_process', onProcess);
  }
}

function isChildMessage(message: unknown): message is { readonly process: ChildProcess } {
  return typeof message === 'object' && message !== null && 'process' in message;
}

/** Waits for a jq process to end, and kills it when it exceeds a limit. */
function enforceLimits(
  child: ChildProcess,
  finished: Promise<unknown>,
  binary: JqBinary,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<JqOutcome> {
  return new Promise((resolve, reject) => {
    let stopped: string | undefined;
    function stop(message: string): void {
      stopped ??= message;
      child.kill('SIGKILL');
    }
    function onAbort(): void {
      stop('was stopped');
    }
    const endWatch = limitRun({
      proc: child.pid === undefined ? undefined : `/proc/${child.pid}`,
      deadlineMs,
      memory: { bytes: MAX_MEMORY, message: TOO_MUCH_MEMORY },
      onLimitExceeded: stop,
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    letSystemKillFirst(child);

    const printed = collectOutput(child, stop);
    // Without these listeners, a missing jq, or one that ends before it has read its input, would end our process.
    let startError: Error | undefined;
    child.stdin?.on('error', () => undefined);
    child.on('error', (error) => {
      startError = error;
    });
    function release(): void {
      endWatch();
      signal?.removeEventListener('abort', onAbort);
    }
    finished.catch((error: unknown) => {
      // If the process has started, `close` follows and says more than node-jq's error. Otherwise nothing may follow.
      if (child.pid !== undefined) return;
      release();
      reject(unusable(binary, error));
    });
    child.on('close', (code, killedBy) => {
      release();
      const stdout = printed.stdout();
      if (signal?.aborted === true) reject(signal.reason);
      else if (stopped !== undefined) resolve({ ok: false, stdout, resource: true, message: stopped });
      else if (startError !== undefined) reject(unusable(binary, startError));
      else resolve(outcomeOf(code, killedBy, stdout, printed.stderr()));
    });
  });
}

/** Collects the output of a jq process. Stops the process when it prints too much. */
function collectOutput(child: ChildProcess, stop: (message: string) => void) {
  const chunks: string[] = [];
  let size = 0;
  let stderr = '';
  child.stdout?.on('data', (chunk: string) => {
    size += chunk.length;
    if (size > MAX_OUTPUT) stop(TOO_MUCH_OUTPUT);
    else chunks.push(chunk);
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderr.length < MAX_STDERR_CHARS) stderr += chunk.toString();
    else stop('wrote too much to its error output');
  });
  return { stdout: () => chunks.join(''), stderr: () => stderr };
}

/** The outcome of a run that we did not stop. */
function outcomeOf(code: number | null, killedBy: string | null, stdout: string, stderr: string): JqOutcome {
  if (code === 0) return { ok: true, stdout };
  if (killedBy === null && !isOutOfMemory(stderr)) return { ok: false, stdout, resource: false, message: stderr };
  const message = killedBy === 'SIGSEGV' ? 'made jq crash' : TOO_MUCH_MEMORY;
  return { ok: false, stdout, resource: true, message };
}

/** Makes Linux kill jq before us when memory runs out. */
function letSystemKillFirst(child: ChildProcess): void {
  if (process.platform !== 'linux' || child.pid === undefined) return;
  writeFile(`/proc/${child.pid}/oom_score_adj`, '1000').catch(() => undefined);
}

function unusable(binary: JqBinary, error: unknown): AppError {
  return new AppError(
    'jq_unusable',
    `jq at ${binary.path} could not be started: ${messageOf(error)}. Give JQ_PATH another jq, or leave it out.`,
    {
      cause: error,
    },
  );
}
