import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  applied,
  CHART,
  CLUSTERS,
  FLUX,
  type FluxKustomization,
  fluxKustomizations,
  inCopy,
  inFolder,
  rendered,
  settingsOf,
} from './flux.ts';
import { kustomize, type Manifest } from './manifests.ts';
import { mistakesIn } from './schema.ts';
import { describeWith, ROOT } from './tools.ts';

const COMPONENTS = readdirSync(join(ROOT, FLUX, 'app/components')).filter((name) => !name.startsWith('chart-from-'));

const appOf = (manifests: readonly Manifest[]): FluxKustomization => {
  const found = fluxKustomizations(manifests).find(({ metadata }) => metadata.name === 'komodor-port-app');
  if (!found) throw new Error('There is no komodor-port-app');
  return found;
};

const dataSchema = z.looseObject({ data: z.record(z.string(), z.string()) });
const settingsIn = (manifests: readonly Manifest[]) =>
  dataSchema.parse(manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'komodor-port'))
    .data;
const kindsOf = (manifests: readonly Manifest[]) => manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);

/** Everything of a release that differs with the chart's version alone. */
const podsOf = (manifests: readonly Manifest[]) =>
  manifests.flatMap(({ kind, spec }) => (['Deployment', 'StatefulSet', 'CronJob', 'Job'].includes(kind) ? [spec] : []));

describeWith(['kubectl', 'helm4'], 'from Git to the objects in the cluster', () => {
  describe.each(CLUSTERS)('%s', (name) => {
    it.each(['present', 'absent'])('is right with cluster-settings %s', async (settings) => {
      const cluster = await kustomize(`${FLUX}/clusters/${name}`);
      const app = await applied(appOf(cluster), settings === 'present' ? settingsOf(cluster) : undefined);
      const release = await rendered(app);
      expect([...app, ...release].flatMap(mistakesIn)).toEqual([]);
      expect(JSON.stringify(app)).not.toContain('${');
      // The dashboard and the chart's own scripts have ${…} of theirs; none is one of Flux.
      expect(JSON.stringify(release)).not.toMatch(/\$\{\w+:=/);
      expect(settingsIn(release)).toMatchObject({
        INTEGRATION_IDENTIFIER: settings === 'present' ? `komodor-port-${name}` : 'komodor-port',
        PORT_BASE_URL: 'https://api.port.io',
        KOMODOR_BASE_URL: 'https://api.komodor.com/api/v2',
        RESYNC_INTERVAL: '1h',
      });
      expect(JSON.stringify(release)).toContain('"image":"ghcr.io/example-org/komodor-port-integration:0.1.0"');
    });
  });

  it('a changed setting arrives, and numbers stay text', async () => {
    const cluster = await kustomize(`${FLUX}/clusters/dev`);
    const release = await rendered(
      await applied(appOf(cluster), { RESYNC_INTERVAL: '30', PORT_BASE_URL: 'https://api.us.port.io' }),
    );
    expect(settingsIn(release)).toMatchObject({ RESYNC_INTERVAL: '30', PORT_BASE_URL: 'https://api.us.port.io' });
  });

  it('the overlay goes before its components, and these before the base', async () => {
    const release = await inCopy(async (deploy) => {
      const put = (file: string, level: string) => {
        const path = join(deploy, 'flux/app', file, 'values.yaml');
        writeFileSync(path, `${readFileSync(path, 'utf8')}\nclientTimeout: ${level}\n`);
      };
      put('base', '11');
      put('components/redis', '12');
      const components = await kustomize(join(deploy, 'flux/app/overlays/prod'));
      put('overlays/prod', '13');
      return [components, await kustomize(join(deploy, 'flux/app/overlays/prod'))];
    });
    const [components, overlay] = await Promise.all(
      release.map(async (manifests) => settingsIn(await rendered(manifests)).REQUEST_TIMEOUT_SECONDS),
    );
    expect([components, overlay]).toEqual(['12', '13']);
  });

  it('a commit that touches neither values nor templates leaves every pod as it is', async () => {
    const app = await applied(appOf(await kustomize(`${FLUX}/clusters/prod`)), {});
    const [before, after] = await inFolder(async (folder) => {
      cpSync(join(ROOT, CHART), folder, { recursive: true });
      const chart = readFileSync(join(folder, 'Chart.yaml'), 'utf8');
      // What source-controller makes of a commit with reconcileStrategy Revision.
      writeFileSync(join(folder, 'Chart.yaml'), chart.replace(/^version: (.+)$/m, 'version: $1+0123456789ab'));
      return [await rendered(app), await rendered(app, folder)];
    });
    expect(JSON.stringify(after)).toContain('0123456789ab');
    expect(podsOf(after).length).toBeGreaterThan(2);
    expect(podsOf(after)).toEqual(podsOf(before));
  });
});

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  redis: ['StatefulSet/komodor-port-redis', 'Service/komodor-port-redis'],
  split: ['Deployment/komodor-port-worker'],
  monitoring: ['PodMonitor/komodor-port', 'PrometheusRule/komodor-port', 'ConfigMap/komodor-port-dashboard'],
  tracing: [],
  networkpolicy: ['NetworkPolicy/komodor-port'],
  notifications: [],
  kubernetes: ['ClusterRole/komodor-port', 'ClusterRoleBinding/komodor-port'],
};

describeWith(['kubectl', 'helm4'], 'a component of the release', () => {
  it.each(COMPONENTS)('%s adds what it says', async (component) => {
    const cluster = await kustomize(`${FLUX}/clusters/dev`);
    const app = await inCopy((deploy) => {
      const folder = join(deploy, 'flux/app/overlays/dev');
      const file = join(folder, 'kustomization.yaml');
      const needed = component === 'split' ? ['redis', 'split'] : [component];
      const components = needed.map((each) => `../../components/${each}`);
      writeFileSync(
        file,
        JSON.stringify({ ...z.looseObject({}).parse(parse(readFileSync(file, 'utf8'))), components }),
      );
      const { spec, ...rest } = appOf(cluster);
      return applied({ ...rest, spec: { ...spec, path: folder } }, settingsOf(cluster));
    });
    const release = await rendered(app);
    expect(release.flatMap(mistakesIn)).toEqual([]);
    expect(kindsOf(release)).toEqual(expect.arrayContaining([...(EXPECTED[component] ?? ['nothing is known of it'])]));
    if (component === 'notifications') expect(JSON.stringify(release)).toContain('"key":"NOTIFY_URL"');
    if (component === 'kubernetes')
      expect(settingsIn(release)).toMatchObject({ KUBERNETES: 'in-cluster', CLUSTER_NAME: 'dev' });
    if (component === 'tracing') expect(settingsIn(release).OTEL_RESOURCE_ATTRIBUTES).toBe('k8s.cluster.name=dev');
  });
});
