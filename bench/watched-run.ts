import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { type TreeUse, watchTree } from './process-tree.ts';

export interface WatchedRun extends TreeUse {
  readonly exitCode: number | null;
  /** From starting the process to its end. */
  readonly processSeconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and watches what it uses. It gets only the given environment. */
export async function runWatched(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  cwd = '/',
): Promise<WatchedRun> {
  const [program, ...args] = command;
  const startedAt = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], cwd });
  const stop = watchTree(child.pid ?? 0);
  const ended = new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ...stop(), exitCode, stdout, stderr, processSeconds: (performance.now() - startedAt) / 1000 };
}
