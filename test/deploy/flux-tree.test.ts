import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { listSettings } from '../../src/config/settings-schema.ts';
import {
  applied,
  CLUSTERS,
  FLUX,
  fluxKustomizations,
  inCopy,
  inFolder,
  kustomizationsIn,
  settingsOf,
  substituted,
} from './flux.ts';
import { kustomize, type Manifest } from './manifests.ts';
import { hasSchema, learnKinds, mistakesIn } from './schema.ts';
import { describeWith, ROOT } from './tools.ts';

const files = ['deploy/flux', 'deploy/catalog'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => ({ path: join(folder, file), text: readFileSync(join(ROOT, folder, file), 'utf8') })),
);
// repository/ is in every cluster, and cannot be added twice.
const folders = [...kustomizationsIn(FLUX), ...kustomizationsIn('deploy/catalog')].filter(
  (folder) => folder !== `${FLUX}/repository`,
);
const isComponent = (folder: string) =>
  z.object({ kind: z.string() }).parse(parse(readFileSync(join(ROOT, folder, 'kustomization.yaml'), 'utf8'))).kind ===
  'Component';

const isKnown = ({ apiVersion, kind }: Manifest) => hasSchema(`${apiVersion}/${kind}`);

/** What a component is added to. */
function baseOf(component: string): readonly string[] {
  if (component.startsWith(`${FLUX}/app/`)) return [`${FLUX}/app/base`];
  if (component.startsWith(`${FLUX}/secrets/`)) return [`${FLUX}/secrets/base`];
  return [`${FLUX}/clusters/dev`];
}

/** Builds a folder, or a component on what it belongs to. */
const build = (folder: string): Promise<readonly Manifest[]> =>
  inFolder((own) => {
    const path = (name: string) => relative(own, join(ROOT, name));
    const kustomization = isComponent(folder)
      ? { resources: baseOf(folder).map(path), components: [path(folder)] }
      : { resources: [path(folder)] };
    writeFileSync(join(own, 'kustomization.yaml'), JSON.stringify(kustomization));
    return kustomize(own);
  });

describeWith(['kubectl'], 'deploy/flux and deploy/catalog', () => {
  beforeAll(async () => learnKinds(await kustomize('deploy/catalog/crds')));

  it.each(folders)('%s builds, and is right by the schemas', async (folder) => {
    const manifests = await build(folder);
    const objects = manifests.map((manifest) => substituted(manifest, {}));
    // Nobody publishes the definition of a FluxInstance as a module; the test of the operator's sample is below.
    expect(objects.filter((each) => !isKnown(each)).map(({ kind }) => kind)).toEqual(
      folder.endsWith('flux-operator') ? ['FluxInstance'] : [],
    );
    expect(objects.filter(isKnown).flatMap(mistakesIn)).toEqual([]);
    expect(manifests.length).toBeGreaterThan(0);
    for (const { kind, metadata } of manifests) {
      if (['Namespace', 'CustomResourceDefinition', 'ClusterEntity'].includes(kind)) continue;
      if (folder === `${FLUX}/app/base` || folder.startsWith(`${FLUX}/app/components`)) continue;
      expect(metadata.namespace, `${kind} ${metadata.name}`).toMatch(/^(komodor-port|flux-system)$/);
    }
  });

  it('is whole: every file is in a build', () => {
    const mentioned = files
      .filter(({ path }) => path.endsWith('/kustomization.yaml'))
      .map(({ text }) => text)
      .join('\n');
    const forgotten = files
      .map(({ path }) => path)
      .filter((path) => !path.endsWith('/kustomization.yaml'))
      .filter((path) => !new RegExp(`[ =]${path.split('/').at(-1)}\\n`).test(mentioned));
    expect(forgotten).toEqual([]);
  });
});

describeWith(['kubectl'], 'deploy/ in a repository of somebody else', () => {
  it.each(CLUSTERS)('%s follows the one file that has to be edited', async (cluster) => {
    await inCopy(async (deploy) => {
      const edit = (file: string, from: string | RegExp, to: string) => {
        const text = readFileSync(join(deploy, file), 'utf8');
        expect(text, file).toMatch(from);
        writeFileSync(join(deploy, file), text.replaceAll(from, to));
      };
      edit('flux/repository/repository.yaml', /example-org/g, 'acme');
      edit('flux/repository/repository.yaml', /branch: main/g, 'branch: live');
      edit(`flux/clusters/${cluster}/kustomization.yaml`, /# - \.\.\/components\//g, '- ../components/');
      edit('flux/notifications/kustomization.yaml', /# - (slack|teams|github)/g, '- $1');
      const manifests = await kustomize(join(deploy, `flux/clusters/${cluster}`));
      const all = [...manifests, ...(await kustomize(join(deploy, 'flux/flux-operator')))];
      for (const part of fluxKustomizations(manifests)) {
        if (part.metadata.name === 'komodor-port-catalog') continue;
        const path = join(deploy, '..', part.spec.path);
        all.push(...(await applied({ ...part, spec: { ...part.spec, path } }, settingsOf(manifests))));
      }
      const text = JSON.stringify(all);
      expect(text).not.toContain('example-org');
      expect(text).toContain('https://github.com/acme/komodor-port');
      expect(text).toContain('imageRegistry: ghcr.io/acme\\n');
      expect(text).toContain('ghcr.io/acme/komodor-port-integration');
      expect(text).toContain('refs/heads/live');
      expect(text.match(/"branch":"live"/g)).toHaveLength(2);
    });
  });
});

describeWith(['kubectl'], 'the sample for the Flux operator', () => {
  it('installs what the tree needs, and syncs a cluster of it', async () => {
    const [instance] = await kustomize(`${FLUX}/flux-operator`);
    expect(instance).toMatchObject({
      apiVersion: 'fluxcd.controlplane.io/v1',
      kind: 'FluxInstance',
      metadata: { name: 'flux', namespace: 'flux-system' },
      spec: {
        components: expect.arrayContaining(['image-reflector-controller', 'image-automation-controller']),
        sync: { kind: 'GitRepository', ref: 'refs/heads/main' },
      },
    });
    const { path } = z.looseObject({ sync: z.looseObject({ path: z.string() }) }).parse(instance?.spec).sync;
    expect(CLUSTERS.map((cluster) => `${FLUX}/clusters/${cluster}`)).toContain(path);
  });
});

describeWith(['kubectl'], 'another source', () => {
  it.each([
    ['git-private', { ref: { branch: 'main' }, secretRef: { name: 'komodor-port-git' } }],
    ['git-read-only', { ref: { semver: '>=0.1.0' } }],
  ])('%s stands in for git', async (source, spec) => {
    await inCopy(async (deploy) => {
      const file = join(deploy, 'flux/clusters/dev/kustomization.yaml');
      writeFileSync(file, readFileSync(file, 'utf8').replace('sources/git\n', `sources/${source}\n`));
      const repositories = (await kustomize(join(deploy, 'flux/clusters/dev'))).filter(
        ({ kind }) => kind === 'GitRepository',
      );
      expect(repositories).toEqual([expect.objectContaining({ spec: expect.objectContaining(spec) })]);
      expect(JSON.stringify(repositories).includes('secretRef')).toBe('secretRef' in spec);
    });
  });

  const built = async (cluster: object, app: string) =>
    inCopy(async (deploy) => {
      const folder = join(deploy, 'flux/clusters/dev');
      const file = join(folder, 'kustomization.yaml');
      const old = z
        .looseObject({ resources: z.array(z.string()), components: z.array(z.string()) })
        .parse(parse(readFileSync(file, 'utf8')));
      const resources = old.resources.filter((each) => each !== '../../sources/git');
      writeFileSync(file, JSON.stringify({ ...old, resources, ...cluster }));
      const overlay = join(deploy, 'flux/app/overlays/dev');
      const own = join(overlay, 'kustomization.yaml');
      writeFileSync(own, `${readFileSync(own, 'utf8')}\ncomponents: [../../components/${app}]\n`);
      return { cluster: await kustomize(folder), app: await kustomize(overlay) };
    });

  it.each([
    [
      'oci',
      'OCIRepository',
      { chartRef: { kind: 'OCIRepository', name: 'komodor-port-chart', namespace: 'flux-system' } },
    ],
    ['bucket', 'Bucket', { chart: { spec: { sourceRef: { kind: 'Bucket', name: 'komodor-port' } } } }],
  ])('%s gives the manifests and the chart', async (source, kind, release) => {
    const { cluster, app } = await built(
      { components: [`../../sources/${source}`, '../../repository'] },
      `chart-from-${source}`,
    );
    for (const { metadata, spec } of fluxKustomizations(cluster)) {
      expect(spec.sourceRef, metadata.name).toMatchObject({ kind, name: 'komodor-port' });
    }
    const names = cluster.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);
    expect(names).toContain('komodor-port');
    const spec = app.find((each) => each.kind === 'HelmRelease')?.spec;
    expect(spec).toMatchObject(release);
    if (source === 'oci') {
      expect(spec).not.toHaveProperty('chart');
      expect(names).toContain('komodor-port-chart');
    }
  });
});

describe('a text of the tree', () => {
  const elsewhere = files.filter(
    ({ path }) => !/\/(app|secrets|image-automation|notifications|stock-chart)\//.test(path),
  );

  it('has variables only where Flux puts them in', () => {
    expect(elsewhere.length).toBeGreaterThan(20);
    expect(elsewhere.filter(({ text }) => text.includes('${')).map(({ path }) => path)).toEqual([]);
  });

  it('holds no secret', () => {
    const secrets = listSettings()
      .filter(({ secret }) => secret)
      .map(({ name }) => name);
    const given = new RegExp(
      `\\b(${secrets.join('|')}|password|token|secretkey|accesskey)["']?\\s*[:=]\\s*["']?(?!…)[^\\s$"'{]`,
      'i',
    );
    for (const { path, text } of files) {
      const lines = text
        .split('\n')
        .filter((line) => !/secretKey: |property: |^\s*#.*--from-literal|key: NOTIFY_URL/.test(line));
      expect(
        lines.filter((line) => given.test(line)),
        path,
      ).toEqual([]);
      expect(text, path).not.toMatch(/secretGenerator|stringData|^kind: Secret$/m);
    }
    expect('PORT_CLIENT_SECRET: abc').toMatch(given);
    expect('password=hunter2').toMatch(given);
  });
});

describeWith(['kubectl'], 'the values of a release', () => {
  let before: readonly Manifest[];
  beforeAll(async () => {
    before = await kustomize(`${FLUX}/app/overlays/prod`);
  });
  const namesIn = (manifests: readonly Manifest[]) => {
    const spec = z
      .looseObject({ valuesFrom: z.array(z.object({ name: z.string(), kind: z.string(), valuesKey: z.string() })) })
      .parse(manifests.find(({ kind }) => kind === 'HelmRelease')?.spec);
    const map = manifests.find(({ kind }) => kind === 'ConfigMap');
    return {
      map: map?.metadata.name,
      from: spec.valuesFrom,
      keys: Object.keys(z.record(z.string(), z.string()).parse(map?.data)),
    };
  };

  it('have one name with a hash, each file once, the overlay last', () => {
    const { map, from, keys } = namesIn(before);
    expect(map).toMatch(/^komodor-port-helm-values-[a-z0-9]{10}$/);
    expect([...new Set(from.map(({ name }) => name))]).toEqual([map]);
    expect(from.map(({ valuesKey }) => valuesKey).sort()).toEqual([...keys].sort());
    expect(from[0]?.valuesKey).toBe('base-values.yaml');
    expect(from.at(-1)?.valuesKey).toBe('overlay-values.yaml');
  });

  it('are watched, as a variable changes them without changing their name', () => {
    const map = before.find(({ kind }) => kind === 'ConfigMap');
    expect(map?.metadata.labels).toMatchObject({ 'reconcile.fluxcd.io/watch': 'Enabled' });
  });

  it.each(['base', 'components/redis', 'overlays/prod'])('have another name after a change in %s', async (folder) => {
    const after = await inCopy(async (deploy) => {
      const file = join(deploy, 'flux/app', folder, 'values.yaml');
      writeFileSync(file, `${readFileSync(file, 'utf8')}# one more line\n`);
      return kustomize(join(deploy, 'flux/app/overlays/prod'));
    });
    const { map, from } = namesIn(after);
    expect(map).not.toBe(namesIn(before).map);
    expect([...new Set(from.map(({ name }) => name))]).toEqual([map]);
  });
});
