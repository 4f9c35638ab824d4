import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseManifests } from './manifests.ts';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/flux.md', root), 'utf8');
const commands = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== ''),
);

/** `<kind>/<name>` of every object in the tree of Flux, and what the release makes. */
const objects = new Set([
  ...readdirSync(new URL('deploy/flux', root), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !/(?:values|patch|kustomization|config)\.yaml$/.test(path))
    .flatMap((path) => parseManifests(readFileSync(new URL(`deploy/flux/${path}`, root), 'utf8')))
    .map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata?.name}`),
  'deployment/komodor-port',
]);

const KINDS: Readonly<Record<string, string>> = {
  hr: 'helmrelease',
  helmreleases: 'helmrelease',
  'sources git': 'gitrepository',
};

/** Objects that a command names: `Kind/name`, or a kind and then a name. */
function objectsIn(command: string): readonly string[] {
  const named = [...command.matchAll(/\b(Kustomization|HelmRelease|deployment)\/([\w-]+)/g)].map(
    ([, kind = '', name]) => `${kind.toLowerCase()}/${name}`,
  );
  const pairs = [...command.matchAll(/\b(?<!create )(kustomization|hr|sources git) (komodor-port[\w-]*)/g)].map(
    ([, kind = '', name]) => `${KINDS[kind] ?? kind}/${name}`,
  );
  return [...named, ...pairs];
}

describe('the commands of docs/flux.md', () => {
  it('name objects that are in deploy/flux', () => {
    const named = commands.flatMap(objectsIn);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((object) => !objects.has(object))).toEqual([]);
  });

  it('name folders that are there', () => {
    const folders = commands.flatMap((command) => command.match(/deploy\/[\w/-]+/g) ?? []);
    expect(folders.length).toBeGreaterThan(4);
    expect(folders.filter((folder) => !existsSync(new URL(folder, root)))).toEqual([]);
  });

  it('look at everything that a person operates', () => {
    for (const part of [
      'flux get',
      'flux events --for',
      'flux reconcile',
      '--reset',
      'flux create secret git',
      'flux bootstrap',
    ]) {
      expect(text).toContain(part);
    }
  });
});
