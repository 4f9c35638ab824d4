import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { loadStandIns, routeNames, routes, standIns } from '../../src/sandbox/komodor/stand-ins.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { openKomodor } from './komodor-caller.ts';

/** A folder of stand-ins with these files in it. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'kinds-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return pathToFileURL(`${folder}/`);
}

function source({ kind = 'one', method = 'GET', path = 'ones/{id}', name = 'ones' } = {}): string {
  const listing = JSON.stringify({ method, path, name });
  return `export const standIn = { kind: '${kind}', listing: { ...${listing}, open: () => () => ({ status: 200 }) }, rows: () => [] };`;
}

it('finds every file of the folder', async () => {
  const files = await readdir(new URL('../../src/sandbox/komodor/kinds/', import.meta.url));
  expect(standIns).toHaveLength(files.length);
  expect(routeNames).toEqual(expect.arrayContaining(['services', 'services-scoped', 'risks', 'risk', 'validate']));
});

it('takes modules alone, in the order of their names', async () => {
  const second = source({ kind: 'two', path: 'twos', name: 'twos' });
  const folder = await folderOf({ 'b.js': source(), 'a.js': second, 'a.js.map': '{}', 'a.d.ts': '', 'notes.md': '' });
  expect((await loadStandIns(folder)).map(({ kind }) => kind)).toEqual(['two', 'one']);
});

it.each([
  ['nothing', 'export {};'],
  ['another name', source().replace('standIn', 'standin')],
  ['no kind', source().replace("kind: 'one', ", '')],
  ['no listing', source().replace('listing:', 'route:')],
  ['no rows', source().replace('rows:', 'items:')],
])('names a file that exports %s', async (_what, text) => {
  const folder = await folderOf({ 'good.js': source({ kind: 'two', path: 'twos', name: 'twos' }), 'odd.js': text });
  await expect(loadStandIns(folder)).rejects.toThrow('kinds/odd.js exports no stand-in');
});

it.each([
  ['the kind one', source({ path: 'others', name: 'others' })],
  ['the route "ones"', source({ kind: 'two', path: 'others' })],
  ['GET ones/{}', source({ kind: 'two', path: 'ones/{name}', name: 'others' })],
])('names two files that both claim %s', async (claim, text) => {
  const folder = await folderOf({ 'a.js': source(), 'b.js': text });
  await expect(loadStandIns(folder)).rejects.toThrow(
    `kinds/b.js and sandbox/komodor/kinds/a.js both stand in for ${claim}`,
  );
});

it.each(standIns.map((standIn) => [standIn.kind, standIn] as const))('%s tells its rows apart', (_kind, standIn) => {
  const world = createWorld({ seed: 4, services: 300, clusters: 4 });
  const rows = standIn.rows(world, world.now);
  expect(rows.length).toBeGreaterThan(0);
  expect(new Set(rows.map(({ identity }) => identity)).size).toBe(rows.length);
});

it.each(routes.map((route) => [route.name, route] as const))(
  'lets 403 be switched on for %s alone',
  async (name, route) => {
    const { call, log } = await openKomodor([`${name} -> 403`]);
    for (const { method, path } of [route, ...routes.filter((other) => other.name !== name)]) {
      await call(method, path.replace(/\{.*\}/, 'x'), method === 'GET' ? undefined : {});
    }
    expect(log.filter(({ status }) => status === 403).map((request) => request.route)).toEqual([name]);
  },
);
