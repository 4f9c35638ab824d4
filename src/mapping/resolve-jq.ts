import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../core/errors.ts';
import { firstLineOf } from './jq-message.ts';
import { PROBE, PROBE_ANSWER } from './jq-probe.ts';

/** A jq that passed the probe. */
export interface JqBinary {
  readonly path: string;
  /** What `jq --version` says, for people; nothing depends on it. */
  readonly version: string;
  readonly flavour: 'native' | 'wasm';
  readonly from: 'JQ_PATH' | 'node-jq' | 'PATH' | 'jq-wasm';
}

export interface ResolveJqOptions {
  /** The setting JQ_PATH. When given, this jq is used or nothing is. */
  readonly jqPath?: string | undefined;
  /** The PATH to look for `jq` on. Default: the process's own. */
  readonly searchPath?: string | undefined;
}

const PROBE_TIMEOUT_MS = 10_000;
/** What the pinned jq-wasm is built from; a test holds it against package.json. */
export const WASM_VERSION = 'jq-1.8.2';
// Beside src/ and dist/ alike, because Node has to run it as it is.
export const WASM_SCRIPT = fileURLToPath(new URL('../../scripts/jq-wasm.mjs', import.meta.url));

/**
 * Finds a jq that can be used: JQ_PATH, node-jq's own, each `jq` on PATH, each judged by what it answers, not by its version;
 * else jq-wasm, which comes with us. Throws AppError `jq_unusable`.
 */
export async function resolveJq(options: ResolveJqOptions = {}): Promise<JqBinary> {
  if (options.jqPath !== undefined && options.jqPath !== '') {
    const path = resolve(options.jqPath);
    const problem = await probe(path);
    if (problem === undefined) return { path, version: await versionOf(path), flavour: 'native', from: 'JQ_PATH' };
    throw new AppError(
      'jq_unusable',
      `JQ_PATH names ${path}, which cannot be used: ${problem}. Point it to jq 1.8 or later, or remove the setting to use the jq that comes with the program.`,
    );
  }
  for (const { path, from } of nativeCandidates(options.searchPath ?? process.env.PATH ?? '')) {
    if ((await probe(path)) === undefined) return { path, version: await versionOf(path), flavour: 'native', from };
  }
  return { path: WASM_SCRIPT, version: WASM_VERSION, flavour: 'wasm', from: 'jq-wasm' };
}

function nativeCandidates(searchPath: string): { readonly path: string; readonly from: 'node-jq' | 'PATH' }[] {
  const nodeJq = dirname(createRequire(import.meta.url).resolve('node-jq/package.json'));
  const onPath = searchPath.split(delimiter).filter(isAbsolute);
  return [
    { path: join(nodeJq, 'bin', 'jq'), from: 'node-jq' as const },
    ...onPath.map((folder) => ({ path: join(folder, 'jq'), from: 'PATH' as const })),
  ].filter((candidate) => existsSync(candidate.path));
}

/** Undefined when the jq answers as it must, else what is wrong with it. */
async function probe(path: string): Promise<string | undefined> {
  const { error, stdout, stderr } = await execute(path, ['-nc', PROBE]);
  if (stdout.trim() === PROBE_ANSWER) return undefined;
  if (error === undefined) return 'it answers differently from jq 1.8';
  if (error.code === 'ENOENT') return 'there is no such file';
  if (error.code === 'EACCES') return 'it may not be executed';
  if (error.killed === true) return 'it does not answer';
  return `it does not understand what jq 1.8 does (${firstLineOf(stderr)})`;
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await execute(path, ['--version']);
  return stdout.trim().slice(0, 60);
}

type ExecuteError = Error & {
  readonly code?: string | number | null | undefined;
  readonly killed?: boolean | undefined;
};

function execute(
  path: string,
  args: readonly string[],
): Promise<{ error: ExecuteError | undefined; stdout: string; stderr: string }> {
  return new Promise((done) => {
    // An empty environment, as node-jq gives it: what works here works there.
    const options = { env: {}, timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
    const child = execFile(path, [...args], options, (error, stdout, stderr) =>
      done({ error: error ?? undefined, stdout, stderr }),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end();
  });
}
