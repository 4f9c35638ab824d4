import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  promises as fs,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect } from 'vitest';
import type { IncompleteReason } from '../../src/core/model.ts';
import { LIMITS } from '../../src/manifests/limits.ts';
import { scanTree } from '../../src/manifests/tree.ts';
import { entity, type Folder, it, openFolder, readKind, sourceOf } from './support.ts';

const isRoot = process.getuid?.() === 0;

/** A ConfigMap as the kubelet mounts it: links to `..data`, which is a link to a folder with a time in its name. */
function mount(folder: Folder, version: string, names: readonly string[]): void {
  for (const name of names) folder.write(`..${version}/${name}.yaml`, entity(`${name}-${version}`));
  rmSync(folder.at('..data_tmp'), { force: true });
  symlinkSync(`..${version}`, folder.at('..data_tmp'));
  renameSync(folder.at('..data_tmp'), folder.at('..data'));
  for (const name of names) {
    rmSync(folder.at(`${name}.yaml`), { force: true });
    symlinkSync(`..data/${name}.yaml`, folder.at(`${name}.yaml`));
  }
}

interface State {
  readonly name: string;
  readonly reason: IncompleteReason;
  readonly says: string;
  make(folder: Folder): void;
  /** Why it cannot be tried here. */
  readonly unless?: string | false;
}

const STATES: readonly State[] = [
  {
    name: 'that does not exist',
    reason: 'folder_missing',
    says: 'does not exist',
    make: ({ path }) => rmSync(path, { recursive: true }),
  },
  {
    name: 'that is a file',
    reason: 'folder_unreadable',
    says: 'is no folder',
    make({ path }) {
      rmSync(path, { recursive: true });
      writeFileSync(path, '');
    },
  },
  {
    name: 'that is empty',
    reason: 'folder_empty',
    says: 'no .yaml, .yml or .json file',
    make: ({ at }) => unlinkSync(at('a.yaml')),
  },
  {
    name: 'with nothing but other files',
    reason: 'folder_empty',
    says: 'no .yaml',
    make({ at, write }) {
      unlinkSync(at('a.yaml'));
      write('README.md', 'x');
      write('.hidden.yaml', entity('h'));
    },
  },
  {
    name: 'with a file of zero bytes',
    reason: 'document_broken',
    says: 'a.yaml:1: has 0 bytes',
    make: ({ at }) => truncateSync(at('a.yaml')),
  },
  {
    name: 'with a link to nothing',
    reason: 'changed_while_reading',
    says: 'b.yaml vanished, or leads to something that does not exist',
    make: ({ at }) => symlinkSync('gone.yaml', at('b.yaml')),
  },
  {
    name: 'whose ..data leads to nothing',
    reason: 'changed_while_reading',
    says: 'x.yaml vanished',
    make(folder) {
      mount(folder, 'v1', ['x']);
      rmSync(folder.at('..v1'), { recursive: true });
    },
  },
  {
    name: 'that a Git checkout is changing',
    reason: 'changed_while_reading',
    says: 'index.lock exists; if no Git is running, delete it',
    make: ({ write }) => write('.git/index.lock', ''),
  },
  {
    name: 'in a linked worktree that Git is changing',
    reason: 'changed_while_reading',
    says: 'index.lock exists',
    make({ write }) {
      write('.real/index.lock', '');
      write('.git', 'gitdir: .real\n');
    },
  },
  {
    name: 'with a file that is too large',
    reason: 'folder_unreadable',
    says: 'b.yaml is larger than 2 MiB',
    make: ({ write }) => write('b.yaml', `# ${'x'.repeat(LIMITS.fileBytes)}\n`),
  },
  {
    name: 'that is too deep',
    reason: 'folder_unreadable',
    says: 'more than 32 folders deep',
    make: ({ write }) => write(`${'d/'.repeat(40)}b.yaml`, entity('b')),
  },
  {
    name: 'with a socket in place of a file',
    reason: 'folder_unreadable',
    says: 'neither a file nor a folder',
    make: ({ at }) => execFileSync('sh', ['-c', 'mkfifo "$0"', at('b.yaml')]),
  },
  {
    name: 'with a file that may not be read',
    reason: 'folder_unreadable',
    says: 'EACCES',
    make: ({ at }) => chmodSync(at('a.yaml'), 0),
    unless: isRoot && 'root may read everything',
  },
  {
    name: 'with a folder that may not be read',
    reason: 'folder_unreadable',
    says: 'EACCES',
    make({ at }) {
      mkdirSync(at('closed'));
      chmodSync(at('closed'), 0);
    },
    unless: isRoot && 'root may read everything',
  },
];

describe('a folder', () => {
  for (const { name, reason, says, make, unless } of STATES) {
    it.skipIf(unless)(`${name} is no proof of anything${unless ? ` (${unless})` : ''}`, async ({ folder }) => {
      folder.write('a.yaml', entity('a'));
      make(folder);
      const { completeness } = await readKind(sourceOf(folder.path));
      expect(completeness).toMatchObject({ complete: false, reason, detail: expect.stringContaining(says) });
    });
  }

  it.runIf(isRoot)('that another user may not read is no proof of anything', async ({ folder }) => {
    folder.write('a.yaml', entity('a'));
    folder.write('closed/b.yaml', entity('b'));
    chmodSync(folder.at('closed'), 0o700);
    chmodSync(folder.path, 0o755);
    // Rights do not hold for root, so a child without them reads.
    const program = `
      const { createFolderSource } = await import('${import.meta.dirname}/../../src/manifests/source.ts');
      process.setgid(65534);
      process.setuid(65534);
      const { kinds } = createFolderSource({ path: process.argv[1], settleMs: 0 });
      const walk = kinds[0].select({}).listing.read(new AbortController().signal);
      const page = await walk.next();
      const { value: completeness } = await walk.next();
      console.log(JSON.stringify({ labels: page.value.items.map(({ label }) => label), completeness }));`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', program, folder.path];
    const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
    const { labels, completeness } = JSON.parse(output);
    expect(labels).toEqual(['a.yaml:1 Entity shop/a']);
    expect(completeness).toMatchObject({
      complete: false,
      reason: 'folder_unreadable',
      detail: 'closed cannot be read: EACCES',
    });
  });

  it('with a comment and nothing else is complete: everything was taken out on purpose', async ({ folder }) => {
    folder.write('catalog.yaml', '# Nothing at the moment.\n');
    expect(await readKind(sourceOf(folder.path))).toMatchObject({ labels: [], completeness: { complete: true } });
  });

  it('of a ConfigMap shows each file once, whatever is mounted after it', async ({ folder }) => {
    const source = sourceOf(folder.path);
    mount(folder, 'v1', ['a', 'b']);
    expect((await readKind(source)).labels).toEqual(['a.yaml:1 Entity shop/a-v1', 'b.yaml:1 Entity shop/b-v1']);
    mount(folder, 'v2', ['a', 'b']);
    rmSync(folder.at('..v1'), { recursive: true });
    const { labels, completeness } = await readKind(source);
    expect(labels).toEqual(['a.yaml:1 Entity shop/a-v2', 'b.yaml:1 Entity shop/b-v2']);
    expect(completeness).toEqual({ complete: true });
  });

  it('of git-sync is read through its link, also as the folder itself', async ({ folder }) => {
    folder.write('.worktrees/abc/catalog/a.yaml', entity('a'));
    symlinkSync('.worktrees/abc', folder.at('current'));
    expect((await readKind(sourceOf(folder.path))).labels).toEqual(['current/catalog/a.yaml:1 Entity shop/a']);
    expect((await readKind(sourceOf(folder.at('current/catalog')))).labels).toEqual(['a.yaml:1 Entity shop/a']);
  });

  it('does not follow links in circles and out of the folder, and says so once', async ({ folder }) => {
    const other = openFolder();
    other.folder.write('secret.yaml', entity('secret'));
    folder.write('sub/a.yaml', entity('a'));
    symlinkSync('..', folder.at('sub/up'));
    symlinkSync('itself.yaml', folder.at('itself.yaml'));
    symlinkSync(other.folder.at('secret.yaml'), folder.at('out.yaml'));
    symlinkSync(other.folder.path, folder.at('outside'));
    symlinkSync('sub', folder.at('twice'));
    const notes: string[] = [];
    const source = sourceOf(folder.path, { onNote: (text) => notes.push(text) });
    for (const _ of [1, 2]) {
      const { labels, completeness } = await readKind(source);
      expect(labels).toEqual(['sub/a.yaml:1 Entity shop/a']);
      expect(completeness).toEqual({ complete: true });
    }
    other.close();
    expect(notes.map((note) => note.split(': ')[1]).sort()).toEqual([
      'the link itself.yaml leads to itself and is not followed',
      expect.stringMatching(/^the link out\.yaml leads out of the folder \(to .*secret\.yaml\) and is not followed$/),
      expect.stringMatching(/^the link outside leads out of the folder/),
      'the link sub/up leads to a folder that it is in, and is not followed',
    ]);
  });
});

/** What somebody does while the folder is read: between the first look and the last. */
const DURING: readonly { readonly name: string; readonly says: string; change(folder: Folder): void }[] = [
  { name: 'vanishes', says: 'does not exist', change: ({ path }) => rmSync(path, { recursive: true, force: true }) },
  {
    name: 'loses a file and gets it back',
    says: 'changed while the folder was read',
    change: ({ at, write }) => (existsSync(at('b.yaml')) ? unlinkSync(at('b.yaml')) : write('b.yaml', entity('b'))),
  },
  { name: 'gets a file', says: 'c.yaml', change: ({ write }) => write('c.yaml', entity('c')) },
  { name: 'has a file changed', says: 'b.yaml', change: ({ write }) => write('b.yaml', entity('other')) },
  {
    name: 'has a file replaced by one of the same size',
    says: 'b.yaml',
    change({ at, write }) {
      write('new', entity('c'));
      renameSync(at('new'), at('b.yaml'));
    },
  },
  { name: 'has a file cut off', says: 'b.yaml', change: ({ at }) => truncateSync(at('b.yaml'), 40) },
  { name: 'has a file emptied', says: 'b.yaml', change: ({ at }) => truncateSync(at('b.yaml')) },
  {
    name: 'has its mount swapped',
    says: 'm.yaml',
    change: (folder) => mount(folder, `v${Date.now()}${Math.random()}`, ['m']),
  },
];

describe('a folder that, while it is read,', () => {
  it.each(DURING)('$name is read again, and is no proof if that goes on', async ({ says, change }) => {
    const { folder, close } = openFolder();
    folder.write('a.yaml', entity('a'));
    folder.write('b.yaml', entity('b'));
    mount(folder, 'v0', ['m']);
    // The clock of `limits` is the only thing between the looks that a test can hook into without a mock: each read asks it.
    const source = sourceOf(folder.path, { limits: meddling(() => change(folder)) });
    const { completeness } = await readKind(source);
    close();
    expect(completeness).toMatchObject({
      complete: false,
      reason: expect.stringMatching(/changed_while_reading|folder_missing/),
    });
    expect(completeness).toHaveProperty('detail', expect.stringContaining(says));
  });

  it('changes once is read again and complete', async ({ folder }) => {
    folder.write('a.yaml', entity('a'));
    let done = false;
    const meddle = () => {
      if (!done) folder.write('b.yaml', entity('b'));
      done = true;
    };
    const { labels, completeness } = await readKind(sourceOf(folder.path, { limits: meddling(meddle) }));
    expect(labels).toEqual(['a.yaml:1 Entity shop/a', 'b.yaml:1 Entity shop/b']);
    expect(completeness).toEqual({ complete: true });
  });

  it('loses one file after the other, as in a checkout, waits until that is over', async ({ folder }) => {
    const names = Array.from({ length: 12 }, (_, at) => `f${at}.yaml`);
    for (const name of [...names, 'last.yaml']) folder.write(name, entity(name.replace('.yaml', '')));
    const going = (async () => {
      for (const name of names) {
        await fs.unlink(folder.at(name));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      for (const name of names) {
        await fs.writeFile(folder.at(name), entity(`new-${name.replace('.yaml', '')}`));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const { labels, completeness } = await readKind(sourceOf(folder.path, { settleMs: 1500, patienceMs: 60_000 }));
    await going;
    expect(completeness).toEqual({ complete: true });
    expect(labels).toHaveLength(names.length + 1);
    expect(labels.filter((label) => label.includes('new-'))).toHaveLength(names.length);
  });
});

/** Limits that call somebody each time they are looked at for a file, which is after the first look at the folder. */
function meddling(meddle: () => void) {
  return {
    ...LIMITS,
    get fileBytes() {
      meddle();
      return LIMITS.fileBytes;
    },
  };
}

describe('a look at a folder', () => {
  it('gives the same print until something changes', async ({ folder }) => {
    folder.write('a.yaml', entity('a'));
    const look = () => scanTree(folder.path, LIMITS, new AbortController().signal).then(({ print }) => print);
    const first = await look();
    expect(await look()).toBe(first);
    folder.write('a.yaml', entity('b'));
    expect(await look()).not.toBe(first);
  });

  it('gives the same digest for the same content', async ({ folder }) => {
    const source = sourceOf(folder.path);
    const digest = () => source.digest(new AbortController().signal);
    folder.write('a.yaml', entity('a'));
    const first = await digest();
    folder.write('a.yaml', entity('a'));
    expect(await digest()).toBe(first);
    folder.write('b.yaml', entity('b'));
    const second = await digest();
    expect(second).not.toBe(first);
    rmSync(folder.path, { recursive: true });
    const missing = await digest();
    expect([first, second]).not.toContain(missing);
    expect(await digest()).toBe(missing);
  });
});
