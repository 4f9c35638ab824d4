import { promises as fs } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** How large a `.git` file may be. It holds one path. */
const MAX_POINTER = 4096;

/** The lock that Git holds while it changes the files of a checkout that the folder is in; undefined: it holds none. */
export async function gitLock(folder: string): Promise<string | undefined> {
  const git = await gitFolderAbove(await fs.realpath(folder).catch(() => resolve(folder)));
  if (git === undefined) return undefined;
  const lock = join(git, 'index.lock');
  return (await exists(lock)) ? lock : undefined;
}

async function gitFolderAbove(start: string): Promise<string | undefined> {
  for (let folder = start; ; folder = dirname(folder)) {
    const git = join(folder, '.git');
    const stats = await fs.stat(git).catch(() => undefined);
    if (stats?.isDirectory()) return git;
    if (stats?.isFile() && stats.size <= MAX_POINTER) return pointerIn(git, folder);
    if (dirname(folder) === folder) return undefined;
  }
}

/** In a linked worktree, as git-sync makes them, `.git` is a file that says where the folder is. */
async function pointerIn(file: string, folder: string): Promise<string | undefined> {
  const text = await fs.readFile(file, 'utf8').catch(() => '');
  const [, path] = /^gitdir: (.+)$/m.exec(text) ?? [];
  return path === undefined ? undefined : resolve(folder, path.trim());
}

function exists(path: string): Promise<boolean> {
  return fs.stat(path).then(
    () => true,
    () => false,
  );
}
