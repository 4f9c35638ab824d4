import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { describe, expect } from 'vitest';
import { PROGRAM } from '../cli/program.ts';
import { freePort } from '../queue/redis-server.ts';
import { Caller, until } from './caller.ts';
import { API_TOKEN, it, type Stage } from './stage.ts';

/** Where the log goes, and what is done to it while the process works. */
const WAYS: readonly (readonly [string, () => number | 'pipe', (child: ChildProcess) => void])[] = [
  ['a full disk', () => openSync('/dev/full', 'w'), () => undefined],
  ['a reader that went away', () => 'pipe', (child) => void child.stderr?.destroy()],
  ['a reader that has stopped', () => 'pipe', () => undefined],
];

function start(stage: Stage, args: readonly string[], log: number | 'pipe', env: Record<string, string> = {}) {
  const all = { PATH: process.env.PATH ?? '', ...stage.env, LOG_LEVEL: 'trace', LOG_FORMAT: 'json', ...env };
  return spawn(process.execPath, [...PROGRAM, ...args], { cwd: tmpdir(), env: all, stdio: ['ignore', 'pipe', log] });
}

describe.concurrent('a log that goes to', () => {
  it.for(WAYS)('%s costs the service nothing', async ([, log, harm], { open }) => {
    const stage = await open();
    const port = await freePort();
    const child = start(stage, ['start'], log(), { HTTP_PORT: String(port) });
    const ended = once(child, 'exit');
    const caller = new Caller(`http://127.0.0.1:${port}`, API_TOKEN);
    await until(async () => (await caller.call('GET', '/health/live').catch(() => undefined))?.status === 200);
    harm(child);
    await caller.settled();
    for (let run = 0; run < 3; run += 1)
      expect(await caller.ended((await caller.request()).runId)).toMatchObject({ status: 'completed' });
    stage.expectTruth();
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it.for(WAYS)('%s costs no report', async ([, log, harm], { open }) => {
    const stage = await open();
    const child = start(stage, ['resync', '--json'], log());
    const ended = once(child, 'exit');
    harm(child);
    const { stdout } = child;
    const report = JSON.parse(stdout === null ? '' : await text(stdout));
    expect(report).toMatchObject({ status: 'completed' });
    expect(await ended).toEqual([0, null]);
    stage.expectTruth();
  });
});
