import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { isExecutable } from './executable.ts';

/** A program that tests of `deploy/` need and that may be absent; `scripts/deploy/tools.sh` fetches them, `lab.sh` builds one. */
export type Tool = 'helm4' | 'helm3' | 'kubectl' | 'promtool' | 'actionlint' | 'hadolint' | 'control-plane';

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Those can be had wherever there is npm; a machine that promises the tools (REQUIRE_DEPLOY_TOOLS=1) has them. */
const ALWAYS_TO_BE_HAD: readonly Tool[] = ['helm4', 'helm3', 'kubectl'];

export const TOOLS_FOLDER = process.env.DEPLOY_TOOLS ?? join(ROOT, '.deploy-tools');

/** Where the program is; undefined when this machine has none. */
export function pathOf(tool: Tool): string | undefined {
  const folders = [TOOLS_FOLDER, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, tool)).find(isExecutable);
}

/** A `describe` that is skipped, by name, where one of the tools is absent; where all have to be there it fails instead. */
export function describeWith(tools: readonly Tool[], name: string, body: () => void): void {
  const absent = tools.filter((tool) => pathOf(tool) === undefined);
  if (absent.length === 0) {
    describe(name, body);
    return;
  }
  const title = `${name} (no ${absent.join(', ')} here: scripts/deploy/tools.sh)`;
  if (process.env.REQUIRE_DEPLOY_TOOLS === '1' && absent.some((tool) => ALWAYS_TO_BE_HAD.includes(tool))) {
    describe(title, () => {
      it('has its tools', () => {
        throw new Error(
          `${absent.join(', ')} not found in ${TOOLS_FOLDER} or on the PATH: run scripts/deploy/tools.sh`,
        );
      });
    });
    return;
  }
  describe.skip(title, body);
}

/** Runs a tool to its end. Throws only when it cannot be started. */
export async function run(
  tool: Tool,
  args: readonly string[],
  { cwd = ROOT, stdin = '' }: { readonly cwd?: string; readonly stdin?: string } = {},
): Promise<Answer> {
  const path = pathOf(tool);
  if (path === undefined) throw new Error(`There is no ${tool} here: run scripts/deploy/tools.sh`);
  const child = spawn(path, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  // A tool that does not read its input closes it; what it prints says whether that matters.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
