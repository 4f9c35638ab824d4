import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  applied,
  CLUSTERS,
  durationOf,
  FLUX,
  type FluxKustomization,
  fluxKustomizations,
  inCopy,
  releaseOf,
  rendered,
  settingsOf,
} from './flux.ts';
import { variablesIn } from './flux-substitution.ts';
import { kustomize, type Manifest } from './manifests.ts';
import { describeWith, ROOT } from './tools.ts';

const ORDER = ['crds', 'secrets', 'app', 'catalog'].map((part) => `komodor-port-${part}`);
const OPTIONAL = ['komodor-port-image-automation', 'komodor-port-notifications'];

/** Names in the order in which Flux gets to them. Throws for a circle and for a name that is not there. */
function inOrder(kustomizations: readonly FluxKustomization[]): readonly string[] {
  const done: string[] = [];
  const visit = (name: string, way: readonly string[]): void => {
    if (done.includes(name)) return;
    if (way.includes(name)) throw new Error(`A circle: ${[...way, name].join(' -> ')}`);
    const found = kustomizations.find(({ metadata }) => metadata.name === name);
    if (!found) throw new Error(`${way.join(' -> ')} -> ${name}, which is not there`);
    for (const each of found.spec.dependsOn) visit(each.name, [...way, name]);
    done.push(name);
  };
  for (const { metadata } of kustomizations) visit(metadata.name, []);
  return done;
}

const probeSchema = z.object({ periodSeconds: z.number(), timeoutSeconds: z.number(), failureThreshold: z.number() });
const podsSchema = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.number().default(30),
        containers: z.array(z.looseObject({ startupProbe: probeSchema.loose().optional() })),
      }),
    }),
  }),
});

/** Milliseconds that the old pod may take to stop, and the new one to start. */
function budgetOf(manifest: Manifest): number {
  const { terminationGracePeriodSeconds, containers } = podsSchema.parse(manifest).spec.template.spec;
  const starts = containers.map(({ startupProbe: probe }) =>
    probe ? probe.periodSeconds * probe.failureThreshold + probe.timeoutSeconds : 0,
  );
  return 1000 * (terminationGracePeriodSeconds + Math.max(...starts));
}

/** A cluster with everything that is optional, as somebody has it who takes the # away. */
const withEverything = (cluster: string) =>
  inCopy(async (deploy) => {
    const folder = join(deploy, 'flux/clusters', cluster);
    const file = join(folder, 'kustomization.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('# - ../components/', '- ../components/'));
    return kustomize(folder);
  });

describeWith(['kubectl'], 'a cluster', () => {
  describe.each(CLUSTERS)('%s', (cluster) => {
    let manifests: readonly Manifest[];
    let parts: readonly FluxKustomization[];
    const part = (name: string) => {
      const found = parts.find(({ metadata }) => metadata.name === name);
      if (!found) throw new Error(`There is no ${name}`);
      return found;
    };
    beforeAll(async () => {
      manifests = await withEverything(cluster);
      parts = fluxKustomizations(manifests);
    });

    it('goes from definitions to catalog, in no circle', () => {
      expect(inOrder(parts).filter((name) => !OPTIONAL.includes(name))).toEqual(ORDER);
      expect(parts.map(({ metadata }) => metadata.name).sort()).toEqual([...ORDER, ...OPTIONAL].sort());
    });

    it('has the optional parts only for those who ask', async () => {
      const plain = fluxKustomizations(await kustomize(`${FLUX}/clusters/${cluster}`));
      expect(inOrder(plain)).toEqual(ORDER);
    });

    it('takes everything from a source that is there, by paths that are there', () => {
      for (const { metadata, spec } of parts) {
        const source = manifests.find(
          ({ kind, metadata: { name } }) => kind === spec.sourceRef.kind && name === spec.sourceRef.name,
        );
        expect(source?.metadata.namespace, metadata.name).toBe(metadata.namespace);
        expect(spec.path).toMatch(/^\.\/deploy\//);
        expect(existsSync(join(ROOT, normalize(spec.path), 'kustomization.yaml')), spec.path).toBe(true);
      }
    });

    it('looks at the health of each part in one way', () => {
      for (const { metadata, spec } of parts) {
        expect([spec.wait === true, spec.healthChecks !== undefined].filter(Boolean), metadata.name).toHaveLength(1);
      }
    });

    it('checks the health of objects that the part has', async () => {
      for (const each of parts) {
        const objects = await applied(each, {});
        for (const check of each.spec.healthChecks ?? []) {
          const { apiVersion, kind, name, namespace } = check;
          expect(objects).toContainEqual(
            expect.objectContaining({ apiVersion, kind, metadata: expect.objectContaining({ name, namespace }) }),
          );
        }
        // Objects without conditions of their own count as healthy at once, unless there is an expression.
        for (const { kind } of objects.filter(({ apiVersion }) => apiVersion.startsWith('external-secrets.io/'))) {
          expect(
            each.spec.healthCheckExprs.map((expression) => expression.kind),
            each.metadata.name,
          ).toContain(kind);
        }
      }
    });

    it('removes what has left Git, but no definition', async () => {
      for (const { metadata, spec } of parts) expect(spec.prune, metadata.name).toBe(metadata.name !== ORDER[0]);
      for (const { kind, metadata } of [...(await applied(part('komodor-port-crds'))), ...manifests]) {
        if (!['CustomResourceDefinition', 'Namespace'].includes(kind)) continue;
        expect(metadata.annotations, metadata.name).toMatchObject({ 'kustomize.toolkit.fluxcd.io/prune': 'disabled' });
      }
    });

    it('gives a pod the time that its probes allow, a release more, and its Kustomization more still', async () => {
      const app = await applied(part('komodor-port-app'), settingsOf(manifests));
      const workloads = (await rendered(app)).filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind));
      const release = durationOf(releaseOf(app).spec.timeout);
      expect(workloads.length).toBeGreaterThan(0);
      for (const each of workloads) expect(release, each.metadata.name).toBeGreaterThan(budgetOf(each));
      const timeout = durationOf(part('komodor-port-app').spec.timeout);
      expect(timeout).toBeGreaterThan(release);
      expect(timeout).toBeLessThanOrEqual(release + 60_000);
      for (const { metadata, spec } of parts) {
        expect(durationOf(spec.retryInterval), metadata.name).toBeLessThan(durationOf(spec.interval));
      }
    });

    it('rolls a release back that does not come up', async () => {
      const { spec } = releaseOf(await applied(part('komodor-port-app'), {}));
      expect(spec).toMatchObject({
        install: { remediation: { retries: expect.any(Number) } },
        upgrade: { cleanupOnFail: true, remediation: { strategy: 'rollback', remediateLastFailure: true } },
        chart: {
          spec: {
            chart: './deploy/helm/komodor-port',
            reconcileStrategy: 'Revision',
            sourceRef: { kind: 'GitRepository', name: 'komodor-port', namespace: 'flux-system' },
          },
        },
      });
      expect(spec.upgrade.remediation.retries).toBeGreaterThan(0);
    });

    it('has a default for each variable, and an inline variable wherever there are any', async () => {
      const built = await Promise.all(
        parts.map(async (each) => ({ each, text: JSON.stringify(await kustomize(each.spec.path)) })),
      );
      for (const { each, text } of built) {
        const variables = variablesIn(text);
        expect(
          variables.filter(({ hasDefault }) => !hasDefault),
          each.metadata.name,
        ).toEqual([]);
        expect(Object.keys(each.spec.postBuild?.substitute ?? {}).length > 0, each.metadata.name).toBe(
          variables.length > 0,
        );
      }
      const used = new Set(built.flatMap(({ text }) => variablesIn(text).map(({ name }) => name)));
      expect(Object.keys(settingsOf(manifests)).filter((name) => !used.has(name))).toEqual([]);
    });

    it('can be found by alerts: everything carries the label', () => {
      for (const { kind, metadata } of manifests) {
        expect(metadata.labels, `${kind} ${metadata.name}`).toMatchObject({
          'app.kubernetes.io/part-of': 'komodor-port',
        });
      }
    });
  });

  it('differs from another only in its name, its overlays and its settings', async () => {
    const [dev, prod] = await Promise.all(CLUSTERS.map((cluster) => kustomize(`${FLUX}/clusters/${cluster}`)));
    expect(JSON.parse(JSON.stringify(dev).replaceAll(/\bdev\b/g, 'prod'))).toEqual(prod);
  });
});

describe('an order', () => {
  const fake = (name: string, ...dependsOn: readonly string[]): FluxKustomization => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system' },
    spec: {
      path: './x',
      interval: '1m',
      retryInterval: '1m',
      timeout: '1m',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'x' },
      dependsOn: dependsOn.map((each) => ({ name: each })),
      healthCheckExprs: [],
    },
  });

  it('is refused with a circle, or with a name that is not there', () => {
    expect(() => inOrder([fake('a', 'b'), fake('b', 'a')])).toThrow('A circle: a -> b -> a');
    expect(() => inOrder([fake('a', 'b')])).toThrow('a -> b, which is not there');
  });
});
