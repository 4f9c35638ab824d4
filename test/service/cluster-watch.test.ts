import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { startKubernetes } from '../../src/sandbox/kubernetes/start-kubernetes.ts';
import { statusSchema } from '../../src/server/status-schemas.ts';
import { timelineSchema } from '../../src/server/timeline-schemas.ts';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { metricOf, until } from './caller.ts';
import { type Env, it, type RunningService, type Stage } from './stage.ts';

const MAPPING = `
createMissingRelatedEntities: false
entityDeletionThreshold: 0.9
resources:
  - kind: v1/Pod
    selector: { query: 'true' }
    port:
      entity:
        mappings:
          identifier: .metadata.namespace + "-" + .metadata.name
          blueprint: '"pod"'
          properties: { phase: .status.phase, namespace: .metadata.namespace }
`;
const text = { type: 'string' };
const BLUEPRINT = {
  identifier: 'pod',
  title: 'Pod',
  schema: { properties: { phase: text, namespace: text }, required: [] },
  relations: {},
};

function pod(name: string, phase = 'Running') {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'payments' }, status: { phase } };
}

/** A cluster of five pods beside the stand-ins, and the settings that lead there. */
async function clusterBeside(stage: Stage) {
  const cluster = await startKubernetes({
    objects: ['a', 'b', 'c', 'd', 'e'].map((name) => pod(name)),
    bookmarkMs: 200,
  });
  const folder = mkdtempSync(join(tmpdir(), 'cluster-watch-'));
  onTestFinished(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  });
  writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig());
  writeFileSync(join(folder, 'mapping.yaml'), MAPPING);
  stage.store.putBlueprint(BLUEPRINT);
  const env: Env = {
    KUBERNETES: join(folder, 'kubeconfig'),
    ...{ MAPPING_PATH: join(folder, 'mapping.yaml'), MAPPING_SOURCE: 'file' },
    ...{ RESYNC_INTERVAL: 'off', EVENT_LISTENER_INTERVAL: '3600' },
  };
  return {
    ...{ cluster, env },
    pods: () => stage.store.entitiesOf('pod').map(({ identifier }) => identifier),
    phase: (identifier: string) => stage.store.entity('pod', identifier)?.properties.phase,
    /** How often pods were listed as a whole. */
    wholeLists: () =>
      cluster.log.filter(({ route, query }) => route === 'list-pods' && !query.includes('limit=1')).length,
  };
}

async function statusOf(service: RunningService) {
  return statusSchema.parse(JSON.parse((await service.call('GET', '/v1/status')).text));
}

async function isWatching(service: RunningService): Promise<boolean> {
  return (await statusOf(service)).watches?.[0]?.state === 'watching';
}

describe('a service with a cluster', () => {
  it('brings what is created, changed and deleted to Port, and lists nothing for that', async ({ open }) => {
    const stage = await open();
    const { cluster, env, pods, phase, wholeLists } = await clusterBeside(stage);
    const service = await stage.service(env);
    await service.settled();
    await until(() => isWatching(service));
    expect(pods()).toHaveLength(5);
    expect(await service.runs()).toHaveLength(1);
    const lists = wholeLists();

    cluster.put(pod('new'));
    cluster.put(pod('a', 'Failed'));
    await until(() => pods().includes('payments-new') && phase('payments-a') === 'Failed');
    for (const name of ['x', 'y', 'z']) {
      cluster.endWatches();
      cluster.put(pod(name));
      await until(() => pods().includes(`payments-${name}`));
    }
    expect([wholeLists() - lists, (await service.runs()).length]).toEqual([0, 1]);
    cluster.remove(pod('b'));
    await until(() => !pods().includes('payments-b'));
    expect(pods()).toHaveLength(8);

    const status = await statusOf(service);
    expect(status.watches).toMatchObject([{ kind: 'v1/pods', namespace: null, state: 'watching', why: null }]);
    expect(status.watches?.[0]?.lastEventAt).not.toBeNull();
    const metrics = (await service.call('GET', '/metrics')).text;
    expect(metricOf(metrics, 'komodor_port_watch_connected{kind="v1/pods"}')).toBe(1);
    expect(metricOf(metrics, 'komodor_port_watch_events_total{kind="v1/pods",type="gone"}')).toBe(1);
  });

  it('asks for a resync of the kind alone when the server has forgotten, and tells of a watch that is lost', async ({
    open,
  }) => {
    const stage = await open();
    const { cluster, env, pods } = await clusterBeside(stage);
    const service = await stage.service(env);
    await service.settled();
    await until(() => isWatching(service));
    cluster.faults.add('watch-pods -> 403 twice');
    cluster.endWatches();
    cluster.put(pod('unseen'));
    cluster.remove(pod('c'));
    cluster.compact();
    cluster.faults.clear();
    await until(() => pods().includes('payments-unseen') && !pods().includes('payments-c'), 30_000);
    const [run] = await service.runs();
    expect(run).toMatchObject({ trigger: 'watch', kinds: ['v1/pods'] });
    const timeline = await service.call('GET', '/v1/timeline?type=run');
    expect(timelineSchema.parse(JSON.parse(timeline.text)).entries[0]).toMatchObject({ trigger: 'watch' });
  });

  it('goes on with what it knows after Port was away', async ({ open }) => {
    const stage = await open();
    const { cluster, env, pods, phase } = await clusterBeside(stage);
    const service = await stage.service(env);
    await service.settled();
    await until(() => isWatching(service));
    stage.port.faults.add('* -> 503 x12');
    for (const name of ['a', 'b']) for (const state of ['Pending', 'Failed']) cluster.put(pod(name, state));
    cluster.put(pod('new'));
    await until(() => phase('payments-a') === 'Failed' && pods().includes('payments-new'), 60_000);
    expect(phase('payments-b')).toBe('Failed');
  });

  it.skipIf(withoutOwnRedis)(
    'watches in one replica, and in another one when that is killed',
    async ({ open }) => {
      const stage = await open();
      const { cluster, env, pods } = await clusterBeside(stage);
      const redis = await stage.redis();
      await redis.start();
      const all = { ...env, REDIS_URL: redis.url };
      const replicas = [await stage.process(all), await stage.process(all)];
      await Promise.all(replicas.map((replica) => replica.listening()));
      const leads = (replica: (typeof replicas)[number]) =>
        replica.output().includes('this replica watches the cluster');
      await until(() => replicas.some(leads) && cluster.watchers === 1 && pods().length === 5, 60_000);
      expect(replicas.filter(leads)).toHaveLength(1);
      const [leader] = replicas.filter(leads);
      const [other] = replicas.filter((replica) => !leads(replica));
      if (!leader || !other) throw new Error('no leader');
      await leader.kill();
      cluster.put(pod('between'));
      cluster.remove(pod('d'));
      await until(() => leads(other), 60_000);
      await until(() => pods().includes('payments-between') && !pods().includes('payments-d'), 60_000);
      await until(() => cluster.watchers === 1);
      cluster.put(pod('after'));
      await until(() => pods().includes('payments-after'), 30_000);
      expect(stage.store.deletions.map(({ identifier }) => identifier)).toEqual(['payments-d']);
    },
    240_000,
  );
});
