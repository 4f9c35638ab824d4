import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../core/errors.ts';
import { CHECK_ANSWER, CHECK_PROGRAM } from './jq-checks.ts';
import { firstLineOf } from './jq-message.ts';

/** A jq that passed the checks. */
export interface JqBinary {
  readonly path: string;
  /** The output of `jq --version`, only for people. */
  readonly version: string;
  readonly flavour: 'native' | 'wasm';
  readonly from: 'JQ_PATH' | 'node-jq' | 'PATH' | 'jq-wasm';
}

export interface ResolveJqOptions {
  /** The setting JQ_PATH. If given, no other jq is used. */
  readonly jqPath?: string | undefined;
  /** The PATH to look for `jq` on. Default: the process's own. */
  readonly searchPath?: string | undefined;
}

const CHECK_TIMEOUT_MS = 10_000;
/** The jq version of the pinned jq-wasm. A test compares it with package.json. */
export const WASM_VERSION = 'jq-1.8.2';
// In scripts/, beside both src/ and dist/, because Node runs it without a build.
export const WASM_SCRIPT = fileURLToPath(new URL('../../scripts/jq-wasm.mjs', import.meta.url));

/**
 * Finds a usable jq: JQ_PATH, node-jq's own, or a `jq` on PATH. Each is checked by its results, not by its version. If there
 * is none, jq-wasm, which is in our package. Throws AppError `jq_unusable`.
 */
export async function resolveJq(options: ResolveJqOptions = {}): Promise<JqBinary> {
  if (options.jqPath !== undefined && options.jqPath !== '') {
    const path = resolve(options.jqPath);
    const problem = await check(path);
    if (problem === undefined) return { path, version: await versionOf(path), flavour: 'native', from: 'JQ_PATH' };
    throw new AppError(
      'jq_unusable',
      `JQ_PATH names ${path}, which cannot be used: ${problem}. Point it to jq 1.8 or later, or remove the setting to use the jq that comes with the program.`,
    );
  }
  for (const { path, from } of nativeCandidates(options.searchPath ?? process.env.PATH ?? '')) {
    if ((await check(path)) === undefined) return { path, version: await versionOf(path), flavour: 'native', from };
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

/** Undefined when the jq passes all checks, else what is wrong with it. */
async function check(path: string): Promise<string | undefined> {
  const { error, stdout, stderr } = await execute(path, ['-nc', CHECK_PROGRAM]);
  if (stdout.trim() === CHECK_ANSWER) return undefined;
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
    // An empty environment, like node-jq's, so that the check is valid for it.
    const options = { env: {}, timeout: CHECK_TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
    const child = execFile(path, [...args], options, (error, stdout, stderr) =>
      done({ error: error ?? undefined, stdout, stderr }),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end();
  });
}
