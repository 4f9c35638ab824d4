import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process ended, as Kubernetes writes it: 128 + the signal's number when a signal ended it. */
export interface Ending {
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  /** Asks it to end, and kills it when it has not after so many milliseconds. */
  stop(graceMs: number): Promise<Ending>;
}

const SIGNAL_NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** The kernel kills the program when the process that started it is gone, so that a crash leaves nothing running. */
export const DIES_WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

/** Starts a program whose output goes to the end of a file. */
export async function start(
  command: readonly string[],
  logFile: string,
  options: Pick<SpawnOptions, 'cwd' | 'env'> = {},
): Promise<Running> {
  const [program = '', ...args] = command;
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, { ...options, stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => resolve(endingOf(code, signal)));
  });
  const pid = await pidOf(child);
  return {
    pid,
    ended,
    async stop(graceMs) {
      child.kill('SIGTERM');
      const patience = new AbortController();
      const late = sleep(graceMs, undefined, { signal: patience.signal }).then(
        () => child.kill('SIGKILL'),
        () => false,
      );
      const ending = await ended;
      patience.abort();
      await late;
      return ending;
    },
  };
}

function endingOf(code: number | null, signal: NodeJS.Signals | null): Ending {
  return { exitCode: code ?? 128 + (SIGNAL_NUMBERS[signal ?? 'SIGKILL'] ?? 0), signal };
}

async function pidOf(child: ChildProcess): Promise<number> {
  if (child.pid !== undefined) return child.pid;
  return new Promise((_, reject) => {
    child.once('error', reject);
  });
}

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Its exit code is part of the answer; a program that is not there throws. */
export async function output(
  command: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly stdin?: string; readonly timeoutMs?: number } = {},
): Promise<Output> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { env: options.env ?? process.env, timeout: options.timeoutMs ?? 0, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code === 'string') reject(error);
        else resolve({ code: codeOf(error), stdout, stderr });
      },
    );
    // A program that does not read its input closes it early.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.stdin ?? '');
  });
}

function codeOf(error: { readonly code?: unknown } | null): number {
  if (error === null) return 0;
  return typeof error.code === 'number' ? error.code : 137;
}

/** Like `output`, for a program that has to succeed. @returns what it printed */
export async function must(
  command: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly stdin?: string } = {},
): Promise<string> {
  const { code, stdout, stderr } = await output(command, options);
  if (code !== 0)
    throw new Error(`${command.join(' ')} ended with exit code ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** Asks again and again until the answer is no longer undefined. Throws, with the last complaint, after so many seconds. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  seconds = 90,
  complaint: () => string = () => '',
): Promise<T> {
  for (let left = seconds * 5; left > 0; left--) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(200);
  }
  throw new Error(`Waited ${seconds} seconds for ${what} in vain. ${complaint()}`.trim());
}

/** Lets a server answer on a free port of 127.0.0.1. @returns the port */
export async function listenLocally(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
