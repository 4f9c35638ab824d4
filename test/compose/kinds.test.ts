import { describe, expect, it } from 'vitest';
import { kindsOf, offlineKinds } from '../../src/compose/kinds.ts';
import { parseMapping } from '../../src/config/mapping-schema.ts';
import type { OfflineSettings } from '../../src/config/settings.ts';
import { KOMODOR_KINDS } from '../../src/komodor/kinds.ts';

type Given = Pick<OfflineSettings, 'catalogPath' | 'kubernetes'>;

const NEITHER: Given = { catalogPath: undefined, kubernetes: undefined };
const FOLDER: Given = { catalogPath: '/catalog', kubernetes: undefined };
const CLUSTER: Given = { catalogPath: undefined, kubernetes: 'in-cluster' };
const BOTH: Given = { catalogPath: '/catalog', kubernetes: 'in-cluster' };

function parse(kind: string, settings: Given) {
  const mappings = { identifier: '.x', blueprint: '"things"' };
  const entry = { kind, selector: { query: 'true' }, port: { entity: { mappings } } };
  return parseMapping({ resources: [entry] }, 'm', kindsOf(settings));
}

describe('the kinds that can be read, by the settings', () => {
  it.each([
    ['komodorService', NEITHER, 'komodorService'],
    ['komodorService', BOTH, 'komodorService'],
    ['Apps/V1/Deployment', CLUSTER, 'apps/v1/deployments'],
    ['Apps/V1/Deployment', BOTH, 'apps/v1/deployments'],
    ['getport.io/v1/Entity', FOLDER, 'getport.io/v1/entities'],
    ['getport.io/v1/ClusterEntity', CLUSTER, 'getport.io/v1/clusterentities'],
    ['example.com/v1beta1/widgets', CLUSTER, 'example.com/v1beta1/widgets'],
  ])('%s with %j is %s', (name, settings, kind) => {
    const { mapping, problems } = parse(name, settings);
    expect(problems).toEqual([]);
    expect(mapping.entries.map((entry) => entry.kind)).toEqual([kind]);
  });

  it.each([
    ['v1/pods', NEITHER, 'v1/pods is read from a cluster: set KUBERNETES'],
    ['v1/Pod', FOLDER, 'v1/pods is read from a cluster: set KUBERNETES'],
    ['getport.io/v1/entities', NEITHER, 'is read from a folder or a cluster: set CATALOG_PATH or KUBERNETES'],
  ])('%s with %j says which setting it needs, and deletes nothing', (name, settings, message) => {
    const { mapping, problems } = parse(name, settings);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
    expect(mapping.entries).toEqual([]);
    expect(mapping.disabled).toMatchObject([{ path: 'resources[0]', blueprints: ['things'] }]);
    expect(mapping.disabled[0]?.kind).toMatch(/s$/);
  });

  it.each([
    ['komodorServices', NEITHER, 'not komodorServices (did you mean komodorService?)'],
    ['pods', CLUSTER, 'or group/version/resource of a cluster (apps/v1/deployments), not pods'],
    ['v1/pods/log', CLUSTER, 'not v1/pods/log'],
  ])('%s is unknown', (name, settings, message) => {
    const { mapping, problems } = parse(name, settings);
    expect(problems[0]?.message).toContain(message);
    expect(mapping.disabled).toMatchObject([{ kind: null }]);
  });
});

describe('the kinds without their systems', () => {
  const kinds = offlineKinds();

  it('are all those that can be listed, and any of a cluster', () => {
    expect(kinds.known).toEqual([...KOMODOR_KINDS, 'getport.io/v1/entities', 'getport.io/v1/clusterentities']);
    expect(kinds.all.map(({ name }) => name)).toEqual(kinds.known);
    expect(kinds.find('Batch/v1/CronJob')).toEqual({ kind: 'batch/v1/cronjobs' });
    expect(kinds.get('batch/v1/cronjobs')).toMatchObject({ name: 'batch/v1/cronjobs', systemName: 'the cluster' });
    expect(kinds.get('batch/v1/cronjobs')).toBe(kinds.get('batch/v1/cronjobs'));
    expect(kinds.info('batch/v1/cronjobs')?.rows).toEqual(['items']);
    expect(kinds.get('Batch/v1/CronJob')).toBeUndefined();
    expect(kinds.get('komodorServices')).toBeUndefined();
  });

  it('of a folder are those of the folder that the settings name', () => {
    const ofFolder = offlineKinds({ catalogPath: '/catalog' }).get('getport.io/v1/entities');
    expect(ofFolder?.systemName).toBe('the folder /catalog');
    expect(ofFolder?.select({ labelSelector: 'a=b' })).toHaveProperty('complaints');
    expect(kinds.get('getport.io/v1/entities')?.select({ labelSelector: 'a=b' })).toHaveProperty('listing');
  });
});
