import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../deploy/tools.ts';
import { until } from '../service/caller.ts';

const BUILT = join(ROOT, 'dist', 'page', 'index.html');
const LOCK = join(ROOT, 'dist', '.page-is-being-built');

/** Builds `dist/page` where it is missing or older than its sources. Test files run side by side: one of them builds. */
export async function buildPage(): Promise<void> {
  if (!existsSync(join(ROOT, 'web')) || isFresh()) return;
  if (!lock()) return until(() => !existsSync(LOCK), 60_000);
  try {
    const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
    const env = { ...process.env, NODE_ENV: 'production' };
    const args = [vite, 'build', '--logLevel', 'warn'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env });
    if (status !== 0) throw new Error(`The page cannot be built:\n${stdout}${stderr}`);
  } finally {
    rmdirSync(LOCK);
  }
}

function isFresh(): boolean {
  if (!existsSync(BUILT)) return false;
  const builtAt = statSync(BUILT).mtimeMs;
  const sources = readdirSync(join(ROOT, 'web'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return [...sources, join(ROOT, 'package-lock.json')].every((file) => statSync(file).mtimeMs <= builtAt);
}

function lock(): boolean {
  try {
    mkdirSync(join(ROOT, 'dist'), { recursive: true });
    mkdirSync(LOCK);
    return true;
  } catch {
    return false;
  }
}
