import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROGRAM } from '../cli/program.ts';
import { until } from './caller.ts';

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The command line program in a process of its own, in an empty folder. */
export interface ServiceProcess {
  readonly pid: number;
  /** Everything that it has said so far, on both streams. */
  output(): string;
  /** Waits until it listens. @returns its address */
  listening(): Promise<string>;
  /** Sends a signal and waits for the end, at most 30 s. */
  end(signal: NodeJS.Signals): Promise<Exit>;
  /** Waits for the end. */
  ended(): Promise<Exit>;
  kill(): Promise<void>;
}

export async function startProcess(
  command: string,
  folder: string,
  env: { readonly [name: string]: string },
  args: readonly string[] = [],
): Promise<ServiceProcess> {
  const cwd = mkdtempSync(join(folder, 'process-'));
  const all = { PATH: process.env.PATH ?? '', HOME: cwd, ...env };
  const child = spawn(process.execPath, [...PROGRAM, command, ...args], { cwd, env: all });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  const ended = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const output = () => chunks.join('');
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });

  return {
    pid: child.pid ?? 0,
    output,
    async listening() {
      const found = () => /"port":(\d+),"role":"\w+","msg":"listening"/.exec(output())?.[1];
      await until(() => found() !== undefined || child.exitCode !== null, 30_000);
      if (found() === undefined) throw new Error(`It does not listen:\n${output()}`);
      return `http://127.0.0.1:${found()}`;
    },
    async end(signal) {
      child.kill(signal);
      const timeout = new AbortController();
      const tooLong = sleep(30_000, undefined, { signal: timeout.signal }).then(() => {
        throw new Error(`It does not end:\n${output()}`);
      });
      try {
        return await Promise.race([ended, tooLong]);
      } finally {
        timeout.abort();
        tooLong.catch(() => undefined);
      }
    },
    ended: () => ended,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await ended;
    },
  };
}
