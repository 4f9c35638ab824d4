import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type KubernetesStandIn, startKubernetes } from '../../src/sandbox/kubernetes/start-kubernetes.ts';
import { blueprintOf, explain, it, problemsOf } from '../resync/harness.ts';

// The page "GitOps using Port CRDs", step by step, with its own mapping and manifest.

const MAPPING = `
resources:
  - kind: getport.io/v1/ClusterEntities
    selector:
      query: .spec.blueprint == "microservice"
    port:
      entity:
        mappings:
          - identifier: .spec.identifier
            title: .spec.identifier
            blueprint: .spec.blueprint
            properties:
              language: .spec.properties.language
              version: .spec.properties.version
            relations:
              domain: .spec.relations.domain
`;

const MICROSERVICE = {
  identifier: 'microservice',
  title: 'Microservice',
  schema: { properties: { language: { type: 'string' }, version: { type: 'number' } }, required: [] },
  relations: { domain: { target: 'domain', many: false, required: false } },
};
const DOMAIN = { identifier: 'domain', title: 'Domain', schema: { properties: {}, required: [] }, relations: {} };

/** What a CD tool applies for a developer. */
function manifest(name: string, spec: object) {
  return { apiVersion: 'getport.io/v1', kind: 'ClusterEntity', metadata: { name, generation: 1 }, spec };
}

const API = manifest('api', {
  blueprint: 'microservice',
  identifier: 'svc-api',
  properties: { language: 'typescript', version: 3 },
  relations: { domain: 'payments' },
});

const withCluster = it.extend<{ cluster: KubernetesStandIn; kubeconfig: string }>({
  cluster: async ({ task: _ }, use) => {
    const cluster = await startKubernetes();
    await use(cluster);
    await cluster.close();
  },
  kubeconfig: async ({ cluster }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'seed-page-'));
    const path = join(folder, 'kubeconfig');
    await writeFile(path, cluster.kubeconfig());
    await use(path);
    await rm(folder, { recursive: true });
  },
});

describe.concurrent('the page about GitOps with the definitions of Port', () => {
  withCluster(
    'a manifest that a CD tool applies is in Port, changes and goes',
    async ({ start, cluster, kubeconfig }) => {
      const env = { KUBERNETES: kubeconfig, CLUSTER_NAME: 'seed', KUBERNETES_WRITE_BACK: 'status' };
      const harness = await start({ mapping: MAPPING, env });
      for (const blueprint of [DOMAIN, MICROSERVICE]) harness.store.putBlueprint(blueprint);
      harness.store.putEntity({ blueprint: 'domain', identifier: 'payments', title: 'Payments' });
      cluster.put(API);
      cluster.put(manifest('other', { blueprint: 'library', identifier: 'lib', properties: {} }));

      const plan = await harness.run('plan');
      expect(plan.changes, explain(plan)).toMatchObject([{ action: 'create', identifier: 'svc-api' }]);
      const first = await harness.run();
      expect(first.status, explain(first)).toBe('completed');
      expect(first.kinds).toMatchObject([
        { kind: 'getport.io/v1/clusterentities', complete: true, selected: 1, filtered: 1 },
      ]);
      expect(harness.store.entity('microservice', 'svc-api')).toMatchObject({
        title: 'svc-api',
        properties: { language: 'typescript', version: 3 },
        relations: { domain: 'payments' },
      });

      cluster.put({ ...API, spec: { ...API.spec, properties: { language: 'go', version: 4 } } });
      const second = await harness.run();
      expect(blueprintOf(second, 'microservice')).toMatchObject({ updated: 1 });
      expect(harness.store.entity('microservice', 'svc-api')?.properties).toMatchObject({ language: 'go', version: 4 });

      // The author sees it on the object.
      const told = await statusOf(cluster, 'api');
      expect(told).toMatchObject({ conditions: [{ type: 'Synced', status: 'True', reason: 'Synced' }] });
      expect(await statusOf(cluster, 'other')).toMatchObject({
        conditions: [{ status: 'False', reason: 'NotMapped' }],
      });

      for (const name of ['two', 'three', 'four']) {
        cluster.put(manifest(name, { blueprint: 'microservice', identifier: `svc-${name}`, properties: {} }));
      }
      await harness.run();
      cluster.remove(API);
      const third = await harness.run();
      expect(third.status, explain(third)).toBe('completed');
      expect(harness.store.entity('microservice', 'svc-api')).toBeUndefined();
      expect(harness.store.entitiesOf('microservice')).toHaveLength(3);
    },
  );

  withCluster(
    'a manifest for a blueprint that Port lacks is named, and says so',
    async ({ start, cluster, kubeconfig }) => {
      const env = { KUBERNETES: kubeconfig, CLUSTER_NAME: 'seed', KUBERNETES_WRITE_BACK: 'status' };
      const harness = await start({ mapping: MAPPING, env });
      cluster.put(API);
      const report = await harness.run();
      expect(problemsOf(report, 'blueprint_missing')).toMatchObject([{ samples: ['ClusterEntity api'] }]);
      expect(await statusOf(cluster, 'api')).toMatchObject({
        conditions: [{ status: 'False', reason: 'Refused', message: expect.stringContaining('microservice') }],
      });
    },
  );

  withCluster('an empty cluster deletes nothing without approval', async ({ start, cluster, kubeconfig }) => {
    const harness = await start({ mapping: MAPPING, env: { KUBERNETES: kubeconfig, CLUSTER_NAME: 'seed' } });
    for (const blueprint of [DOMAIN, MICROSERVICE]) harness.store.putBlueprint(blueprint);
    cluster.put(API);
    await harness.run();
    cluster.remove(API);
    const report = await harness.run();
    expect(report.status).toBe('blocked');
    expect(harness.store.entity('microservice', 'svc-api')).toBeDefined();
    const digest = blueprintOf(report, 'microservice').deletionBlocked?.digest ?? '';
    await harness.run('resync', { approve: [digest] });
    expect(harness.store.entity('microservice', 'svc-api')).toBeUndefined();
  });
});

/** The status of a ClusterEntity, as kubectl gets it. */
async function statusOf({ baseUrl, token }: KubernetesStandIn, name: string): Promise<unknown> {
  const url = `${baseUrl}/apis/getport.io/v1/clusterentities/${name}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const object: unknown = await response.json();
  return Object(object).status;
}
