import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { PROGRAM } from './program.ts';

/** Settings with values that must not come out again, whatever happens. */
const FURTHER_SECRETS = {
  API_TOKEN: 'canary-api-token-4711',
  WEBHOOK_SECRET: 'canary-webhook-secret-4711',
  REDIS_URL: 'redis://user:canary-redis-password-4711@127.0.0.1:1/0',
};
const SECRET_NAMES = /KEY|CLIENT_ID|SECRET|TOKEN|REDIS_URL/;

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: { readonly [name: string]: string };
  /** What stands in `.env` in the folder. */
  readonly dotenv?: { readonly [name: string]: string };
  /** Names of secret settings that may come out all the same. */
  readonly tells?: readonly string[];
  /** Called with the process while it runs. */
  readonly meanwhile?: (child: ChildProcess) => Promise<void>;
  /** Where stdout goes instead: an open file. */
  readonly stdout?: number;
}

/** Runs the CLI as users do: a process of its own, in an empty folder. Fails when a secret of its settings comes out. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<Outcome> {
  const { env = {}, dotenv = {}, tells = [], meanwhile, stdout: file = 'pipe' } = options;
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  const all = { PATH: process.env.PATH ?? '', HOME: folder, ...FURTHER_SECRETS, ...env };
  const lines = Object.entries(dotenv).map(([name, value]) => `${name}=\`${value}\`\n`);
  writeFileSync(join(folder, '.env'), lines.join(''));
  const child = spawn(process.execPath, [...PROGRAM, ...args], {
    cwd: folder,
    env: all,
    stdio: ['pipe', file, 'pipe'],
  });
  const stdout = textOf(child.stdout);
  const stderr = textOf(child.stderr);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await meanwhile?.(child);
  const code = await ended;
  rmSync(folder, { recursive: true, force: true });
  const outcome = { code, stdout: stdout(), stderr: stderr() };
  const secret = Object.entries({ ...dotenv, ...all }).filter(([name]) => !tells.includes(name));
  expectNoSecrets(outcome, secret);
  return outcome;
}

function textOf(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: string[] = [];
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => chunks.push(chunk));
  return () => chunks.join('');
}

function expectNoSecrets({ stdout, stderr }: Outcome, secret: readonly (readonly [string, string])[]): void {
  for (const [name, value] of secret) {
    if (!SECRET_NAMES.test(name)) continue;
    const canary = name === 'REDIS_URL' ? 'canary-redis-password-4711' : value;
    expect(`${stdout}${stderr}`.includes(canary), `${name} came out`).toBe(false);
  }
}

/** The one JSON document on stdout; throws when there is anything else. */
export function documentOf({ stdout }: Outcome) {
  return JSON.parse(stdout);
}

/** Fails unless the command ended with 1, with sentences for people. */
export function expectReadableFailure({ code, stderr }: Outcome): void {
  expect(stderr).not.toMatch(/^\s+at .+:\d+/m);
  expect(stderr).not.toContain('This is a bug');
  expect(code).toBe(1);
}
