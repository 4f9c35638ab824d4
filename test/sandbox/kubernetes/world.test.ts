import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/sandbox/kubernetes/model.ts';
import { Churn, startChurn } from '../../../src/sandbox/kubernetes/world/churn.ts';
import { clusterObjects } from '../../../src/sandbox/kubernetes/world/cluster-objects.ts';
import { createWorld } from '../../../src/sandbox/world/create-world.ts';
import { jobsOf } from '../../../src/sandbox/world/jobs.ts';
import { openKubernetes } from './caller.ts';

const world = createWorld({ seed: 7, services: 120, clusters: 3 });
const cluster = 'production-eu';
const place = ({ kind, metadata: { namespace, name } }: KubernetesObject) => `${kind} ${namespace}/${name}`;
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'];

describe('the objects of a cluster', () => {
  const objects = [...clusterObjects({ world, cluster, pods: 200 })];

  it('are the workloads and jobs that Komodor tells of', () => {
    const services = world.services.filter((service) => service.cluster === cluster);
    expect(services.length).toBe(40);
    expect(
      objects
        .filter(({ kind }) => WORKLOADS.includes(kind))
        .map(place)
        .toSorted(),
    ).toEqual(services.map(({ kind, namespace, service }) => `${kind} ${namespace}/${service}`).toSorted());
    const jobs = jobsOf(world).filter((job) => job.cluster === cluster);
    const own = new Set(objects.map(place));
    expect(jobs.filter(({ kind, namespace, name }) => !own.has(`${kind} ${namespace}/${name}`))).toEqual([]);
    const uids = new Map(objects.map((object) => [place(object), object.metadata.uid]));
    const labels = new Map(objects.map((object) => [place(object), object.metadata.labels]));
    for (const { kind, namespace, service, uid, labels: told } of services) {
      const name = `${kind} ${namespace}/${service}`;
      if (uid !== undefined) expect(uids.get(name)).toBe(uid);
      if (told !== undefined) expect(labels.get(name)).toMatchObject(told);
    }
  });

  it('have the pods that were asked for, and owners that are there', () => {
    const pods = objects.filter(({ kind }) => kind === 'Pod');
    const ofJobs = pods.filter(({ metadata }) => metadata.labels?.['job-name'] !== undefined);
    expect(pods.length - ofJobs.length).toBe(200);
    const uids = new Set(objects.map(({ metadata }) => metadata.uid));
    const owners = objects.flatMap(({ metadata }) => (metadata.ownerReferences as { uid: string }[] | undefined) ?? []);
    expect(owners.length).toBeGreaterThan(200);
    expect(owners.filter(({ uid }) => !uids.has(uid))).toEqual([]);
    expect(new Set(objects.map(place)).size).toBe(objects.length);
    expect(uids.size).toBe(objects.length);
  });

  it('say who deployed them, and that is there', () => {
    const all = new Set(objects.map(place));
    const deployers = objects.flatMap(({ kind, metadata: { labels = {}, annotations = {} } }) => {
      if (!WORKLOADS.includes(kind)) return [];
      const kustomization = labels['kustomize.toolkit.fluxcd.io/name'];
      const release = labels['helm.toolkit.fluxcd.io/name'];
      const [application] = annotations['argocd.argoproj.io/tracking-id']?.split(':') ?? [];
      return [
        ...(kustomization ? [`Kustomization flux-system/${kustomization}`] : []),
        ...(release ? [`HelmRelease ${labels['helm.toolkit.fluxcd.io/namespace']}/${release}`] : []),
        ...(application ? [`Application argocd/${application}`] : []),
      ];
    });
    expect(new Set(deployers.map((one) => one.split(' ')[0]))).toEqual(
      new Set(['Kustomization', 'HelmRelease', 'Application']),
    );
    expect(deployers.filter((one) => !all.has(one))).toEqual([]);
  });

  it('are the same each time', () => {
    expect([...clusterObjects({ world, cluster, pods: 200 })]).toEqual(objects);
  });

  it('can be asked for, and change', async () => {
    const api = await openKubernetes({ objects });
    const { items, metadata } = await api.list('/apis/apps/v1/deployments');
    expect(items.length).toBeGreaterThan(20);
    const churn = new Churn(api.standIn.store, 3);
    for (let at = 0; at < 300; at += 1) churn.change();
    const watch = await api.watch(`/api/v1/pods?watch=1&resourceVersion=${metadata.resourceVersion}`);
    const types = new Set<string>();
    for (let at = 0; at < 100; at += 1) types.add((await watch.next()).type);
    expect(types).toEqual(new Set(['ADDED', 'MODIFIED', 'DELETED']));
    watch.close();
    const stop = startChurn(api.standIn.store, 1_000);
    const live = await api.watch('/apis/apps/v1/deployments?watch=1');
    while ((await live.next()).type !== 'MODIFIED');
    live.close();
    expect(stop()).toBeGreaterThan(0);
  });
});
