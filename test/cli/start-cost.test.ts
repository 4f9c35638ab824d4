import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PROGRAM } from './program.ts';

/** What a process loads, each as an address; what comes by `require` as well. */
function loadedBy(...args: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'start-'));
  const list = join(folder, 'loaded');
  const recorder = fileURLToPath(new URL('./record-loads.mjs', import.meta.url));
  spawnSync(process.execPath, ['--import', recorder, ...PROGRAM, ...args], {
    cwd: folder,
    env: {
      ...{ PATH: process.env.PATH, HOME: folder, LOADED: list },
      // Nobody answers there, so that a run ends after its first request.
      ...{ PORT_BASE_URL: 'http://127.0.0.1:1', PORT_CLIENT_ID: 'id', PORT_CLIENT_SECRET: 'secret' },
      ...{ KOMODOR_BASE_URL: 'http://127.0.0.1:1', KOMODOR_API_KEY: 'key' },
    },
  });
  const loaded = [...new Set(readFileSync(list, 'utf8').split('\n'))].filter((address) => address.startsWith('file:'));
  rmSync(folder, { recursive: true });
  return loaded;
}

function bytesOf(addresses: readonly string[]): number {
  return addresses.reduce((sum, address) => sum + statSync(new URL(address)).size, 0);
}

/** Libraries that only the service, the sandbox or a person at a terminal needs. */
const NOT_FOR_A_RUN =
  /node_modules\/(fastify|@fastify|bullmq|ioredis|pino-pretty|@opentelemetry|@bull-board|prom-client|ajv)\//;

const isBuilt = PROGRAM.length === 1;

describe.skipIf(!isBuilt)(`what a start loads${isBuilt ? '' : ' (needs npm run build after the last change)'}`, () => {
  it.each([['--version'], ['--help'], ['plan', '--help']])('is next to nothing for %s %s', (...args) => {
    const loaded = loadedBy(...args);
    expect(loaded.length).toBeGreaterThan(1);
    expect(loaded.length).toBeLessThanOrEqual(15);
    expect(bytesOf(loaded)).toBeLessThan(300_000);
    expect(loaded.filter((address) => address.includes('node_modules'))).toEqual([]);
  });

  it.each([['plan'], ['resync']])('is what a run needs for %s, and no library of the service', (command) => {
    const loaded = loadedBy(command);
    expect(loaded.length).toBeGreaterThan(30);
    expect(loaded.length).toBeLessThanOrEqual(140);
    expect(bytesOf(loaded)).toBeLessThan(3_000_000);
    expect(loaded.filter((address) => NOT_FOR_A_RUN.test(address))).toEqual([]);
  });
});
