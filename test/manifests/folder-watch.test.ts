import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { afterEach, describe, expect, vi } from 'vitest';
import { watchFolder } from '../../src/service/folder-watch.ts';
import { entity, type Folder, it, sourceOf } from './support.ts';

const stopping: AbortController[] = [];
afterEach(() => {
  for (const one of stopping.splice(0)) one.abort();
});

/** Watches a folder with short times. `changes` has the digest of each change that was told. */
async function watching(folder: Folder, options: { digestMs?: number; failing?: number; quiet?: boolean } = {}) {
  const changes: string[] = [];
  const warnings: string[] = [];
  const stop = new AbortController();
  stopping.push(stop);
  const source = sourceOf(folder.path);
  let looks = 0;
  let failing = options.failing ?? 0;
  // NFS: names, sizes and times do not show the change.
  const print = async (signal: AbortSignal) => {
    const found = await source.print(signal);
    looks += 1;
    return options.quiet ? 'the same' : found;
  };
  const done = watchFolder(
    {
      folder: { path: folder.path, print, digest: source.digest },
      async onChange(digest) {
        failing -= 1;
        if (failing >= 0) throw new Error('Redis is away');
        changes.push(digest);
      },
      log: (_, message, fields) => warnings.push(`${message}: ${fields?.detail}`),
      pollMs: 20,
      settleMs: 20,
      digestMs: options.digestMs ?? 60_000,
    },
    stop.signal,
  );
  await vi.waitFor(() => expect(looks).toBeGreaterThan(1), { timeout: 60_000 });
  const next = (count: number) => vi.waitFor(() => expect(changes).toHaveLength(count), { timeout: 60_000 });
  const looked = (more: number) => {
    const from = looks;
    return vi.waitFor(() => expect(looks).toBeGreaterThan(from + more), { timeout: 60_000 });
  };
  return { changes, warnings, stop, done, next, looked };
}

describe('a watched folder', () => {
  it.for<[string, (folder: Folder) => void]>([
    ['a new file', ({ write }) => write('b.yaml', entity('b'))],
    ['a new file deep inside', ({ write }) => write('x/y/z/b.yaml', entity('b'))],
    ['a changed file', ({ write }) => write('deep/a.yaml', entity('c'))],
    ['a file that goes', ({ at }) => unlinkSync(at('deep/a.yaml'))],
    ['a file of no bytes', ({ write }) => write('deep/a.yaml', '')],
    ['a swapped mount', (folder) => swap(folder, 'v2')],
    ['the folder itself going', ({ path }) => rmSync(path, { recursive: true })],
    ['a link that leads to nothing any more', ({ at }) => rmSync(at('..v1'), { recursive: true })],
  ])('tells of %s, once', async ([, change], { folder }) => {
    folder.write('deep/a.yaml', entity('a'));
    swap(folder, 'v1');
    const { next, looked, changes, stop, done } = await watching(folder);
    change(folder);
    await next(1);
    await looked(5);
    expect(changes).toHaveLength(1);
    stop.abort();
    await done;
  });

  it('tells of a change that goes back to what was there before', async ({ folder }) => {
    folder.write('a.yaml', entity('a'));
    const { next, changes } = await watching(folder);
    folder.write('a.yaml', entity('b'));
    await next(1);
    folder.write('a.yaml', entity('a'));
    await next(2);
    folder.write('a.yaml', entity('b'));
    await next(3);
    expect(changes[2]).toBe(changes[0]);
  });

  it('tells of a folder that comes back', async ({ folder }) => {
    folder.write('a.yaml', entity('a'));
    const { next } = await watching(folder);
    rmSync(folder.path, { recursive: true });
    await next(1);
    mkdirSync(folder.path);
    folder.write('a.yaml', entity('a'));
    await next(2);
  });

  it('says nothing when only times change, or other files', async ({ folder }) => {
    folder.write('a.yaml', entity('a'));
    const { looked, changes } = await watching(folder);
    folder.write('a.yaml', entity('a'));
    folder.write('README.md', 'x');
    folder.write('.git/HEAD', 'x');
    await looked(10);
    expect(changes).toEqual([]);
  });

  it('finds by its content what names, sizes and times do not show', async ({ folder }) => {
    folder.write('a.yaml', entity('a'));
    const { next } = await watching(folder, { quiet: true, digestMs: 50 });
    folder.write('a.yaml', entity('b'));
    await next(1);
  });

  it('tells again what could not be told', async ({ folder }) => {
    folder.write('a.yaml', entity('a'));
    const { next, warnings } = await watching(folder, { failing: 2 });
    folder.write('a.yaml', entity('b'));
    await next(1);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('Redis is away');
  });
});

function swap(folder: Folder, version: string): void {
  folder.write(`..${version}/m.yaml`, entity(version));
  symlinkSync(`..${version}`, folder.at('..tmp'));
  renameSync(folder.at('..tmp'), folder.at('..data'));
  rmSync(folder.at('m.yaml'), { force: true });
  symlinkSync('..data/m.yaml', folder.at('m.yaml'));
}
