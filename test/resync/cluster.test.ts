import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { type KubernetesStandIn, startKubernetes } from '../../src/sandbox/kubernetes/start-kubernetes.ts';
import { blueprintOf, explain, type Harness, type HarnessOptions, it, problemsOf } from './harness.ts';

const PODS = 30;
const pod = (at: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `pod-${at}`, namespace: `team-${at % 3}` },
  spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'registry.example.com/main:1' }] },
  status: { phase: 'Running' },
});
const EVERYTHING = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };

/** A cluster whose pods are in Port already. */
async function filled(start: (options?: HarnessOptions) => Promise<Harness>) {
  const cluster = await startKubernetes({ objects: Array.from({ length: PODS }, (_, at) => pod(at)) });
  const folder = mkdtempSync(join(tmpdir(), 'cluster-'));
  onTestFinished(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true });
  });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig());
  const env = { KUBERNETES: kubeconfig, CLUSTER_NAME: 'test', ADD_ONS: 'kubernetes,kubernetes-pods' };
  const harness = await start({ services: 1, risksPerService: 0, clusters: 1, env });
  const report = await harness.run();
  expect(report.status, explain(report)).toBe('completed');
  expect(blueprintOf(report, 'kubernetesPod')).toMatchObject({ created: PODS });
  return { harness, cluster };
}

function removePods(cluster: KubernetesStandIn, count: number): void {
  for (let at = 0; at < count; at += 1) cluster.remove(pod(at));
}

describe('pods that the cluster does not show', () => {
  it('are deleted after a second look at their namespace, in another way', async ({ start }) => {
    const { harness, cluster } = await filled(start);
    removePods(cluster, 2);
    cluster.log.length = 0;
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(blueprintOf(report, 'kubernetesPod')).toMatchObject({ stale: 2, deleted: 2, unchanged: PODS - 2 });
    expect(cluster.log.map(({ route }) => route)).toEqual(expect.arrayContaining(['list-pods', 'watch-pods']));
  });

  it('stay when only the list was cut', async ({ start }) => {
    const { harness, cluster } = await filled(start);
    cluster.faults.add('list-pods -> short-page 28');
    const report = await harness.run();
    expect(blueprintOf(report, 'kubernetesPod')).toMatchObject({
      deleted: 0,
      deletionBlocked: { reason: 'contradicted' },
    });
    expect(
      problemsOf(report, 'deletion_blocked')
        .map(({ message }) => message)
        .join(),
    ).toContain('the cluster');
  });

  it('stay when the cluster shows nothing at all', async ({ start }) => {
    const { harness, cluster } = await filled(start);
    removePods(cluster, PODS);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('blocked');
    expect(blueprintOf(report, 'kubernetesPod')).toMatchObject({ deleted: 0, stale: PODS });
  });

  it.for(['401', '403', '500', '410', 'cut', 'garbage', 'reset'])(
    'stay when the list fails (%s), and the other kinds go on',
    async (fault, { start }) => {
      const { harness, cluster } = await filled(start);
      removePods(cluster, 2);
      cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } });
      cluster.faults.add(`list-pods -> ${fault}`);
      const report = await harness.run();
      expect(blueprintOf(report, 'kubernetesPod')).toMatchObject({ deleted: 0 });
      expect(blueprintOf(report, 'kubernetesNamespace')).toMatchObject({ created: 1 });
      expect(problemsOf(report, 'read_incomplete').map(({ kind }) => kind)).toEqual(['v1/pods']);
    },
  );

  it('stay when the right to list them is gone; the rule that is missing is named', async ({ start }) => {
    const { harness, cluster } = await filled(start);
    cluster.setRights([{ ...EVERYTHING, resources: ['namespaces', 'nodes', 'deployments'] }]);
    const report = await harness.run();
    expect(blueprintOf(report, 'kubernetesPod')).toMatchObject({ deleted: 0 });
    const said = problemsOf(report, 'read_incomplete').map(({ message }) => message);
    expect(said).toContainEqual(
      expect.stringContaining('- {apiGroups: [""], resources: [pods], verbs: [get, list, watch]}'),
    );
  });
});
