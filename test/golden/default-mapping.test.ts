import { describe, expect, it } from 'vitest';
import { loadBlueprintFiles } from '../../src/config/blueprint-files.ts';
import { loadMappingFiles } from '../../src/config/mapping-files.ts';
import { literalText } from '../../src/core/expression/prepare.ts';
import { KOMODOR_NAMES } from '../komodor/kind-names.ts';
import { entitiesOf, failuresOf, mapItems } from './map-items.ts';

const OFF = { kinds: KOMODOR_NAMES, addOns: [], variables: {} };
const ON = {
  kinds: KOMODOR_NAMES,
  addOns: ['k8s-workloads', 'komodor-workloads'],
  variables: { K8S_WORKLOAD_BLUEPRINT: 'k8s_workload' },
};

const SERVICE = {
  annotations: { 'deployment.kubernetes.io/revision': '1' },
  cluster: 'test',
  kind: 'Deployment',
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  lastDeploy: { endTime: 1740140297, startTime: 1740140290, status: 'success' },
  link: 'https://app.komodor.com/services/acme.test.agent?workspaceId=null',
  namespace: 'komodor',
  service: 'agent',
  status: 'healthy',
  uid: 'uid-1',
};
const RISK = {
  checkType: 'restartingContainers',
  createdAt: 1742447493,
  id: '78f44264-dbe1-4d0f-9096-9925f5e74ae8',
  komodorUid: 'Deployment|test|komodor|agent',
  lastEvaluatedAt: 1743292800,
  link: 'https://app.komodor.com/health/risks/drawer?checkType=restartingContainers',
  severity: 'medium',
  status: 'open',
  supportingData: { restartingContainers: { containers: [{ name: 'main', restarts: 969 }] } },
};

function without<T extends object>(item: T, ...keys: readonly (keyof T & string)[]) {
  return Object.fromEntries(Object.entries(item).filter(([key]) => !keys.some((gone) => gone === key)));
}

describe('the shipped mapping', () => {
  it('is without a fault and careful by default', () => {
    const { mapping, problems } = loadMappingFiles('mappings', OFF);
    expect(problems).toEqual([]);
    expect(mapping.disabled).toEqual([]);
    expect(mapping.flags).toEqual({
      enableMergeEntity: true,
      deleteDependentEntities: false,
      createMissingRelatedEntities: false,
      entityDeletionThreshold: 0.3,
    });
  });

  it.each([
    ['alone', OFF],
    ['with every add-on', ON],
  ])('writes only what the shipped blueprints declare, %s', (_, options) => {
    const { blueprints, problems } = loadBlueprintFiles('blueprints', options);
    expect(problems).toEqual([]);
    const templates = loadMappingFiles('mappings', options).mapping.entries.flatMap((entry) => entry.templates);
    for (const template of templates) {
      const blueprint = blueprints.find((one) => one.identifier === literalText(template.blueprint));
      expect(Object.keys(blueprint?.schema.properties ?? {})).toEqual(
        expect.arrayContaining(Object.keys(template.properties)),
      );
      expect(Object.keys(blueprint?.relations ?? {})).toEqual(expect.arrayContaining(Object.keys(template.relations)));
    }
    expect(new Set(templates.map((template) => literalText(template.blueprint))).size).toBe(blueprints.length);
  });

  it('maps services', async () => {
    const items = [
      SERVICE,
      without(SERVICE, 'lastDeploy', 'uid', 'labels', 'link'),
      {
        ...SERVICE,
        kind: 'Rollout',
        status: 'unknown',
        lastDeploy: { startTime: 1740140290, status: 'pending' },
        link: 'https://x/y',
      },
      without(SERVICE, 'cluster'),
      { ...SERVICE, namespace: '' },
    ];
    const rows = await mapItems(loadMappingFiles('mappings', OFF).mapping, 'komodorService', items);
    expect(rows.map(entitiesOf)).toEqual([
      [
        {
          blueprint: 'komodorService',
          identifier: 'Deployment-test-komodor-agent',
          title: 'agent',
          properties: {
            service_id: 'uid-1',
            status: 'healthy',
            cluster_name: 'test',
            workload_kind: 'Deployment',
            namespace_name: 'komodor',
            service_name: 'agent',
            komodor_link: 'https://app.komodor.com/services/acme.test.agent?workspaceId=null&utmSource=port',
            labels: { 'app.kubernetes.io/managed-by': 'Helm' },
            last_deploy_at: '2025-02-21T12:18:17Z',
            last_deploy_status: 'success',
          },
          relations: {},
        },
      ],
      [
        expect.objectContaining({
          properties: expect.objectContaining({
            service_id: null,
            labels: null,
            komodor_link: null,
            last_deploy_at: null,
            last_deploy_status: null,
          }),
        }),
      ],
      [
        expect.objectContaining({
          identifier: 'Rollout-test-komodor-agent',
          properties: expect.objectContaining({
            status: 'unknown',
            komodor_link: 'https://x/y?utmSource=port',
            last_deploy_at: null,
            last_deploy_status: 'pending',
          }),
        }),
      ],
      [],
      [],
    ]);
    const refusal = expect.stringMatching(/identifier: .*cluster, namespace or service is missing/);
    expect(rows.map(failuresOf)).toEqual([[], [], [], [refusal], [refusal]]);
  });

  it('maps health risks', async () => {
    const uids = [
      'StatefulSet|c|n|s',
      'Rollout|c|n|s',
      'Node|c||ip-1',
      'Cluster|c||',
      'Deployment|c|n',
      'CronJob|c|n|j',
      'Deployment|c|n|s|x',
    ];
    const items = [RISK, ...uids.map((komodorUid) => ({ ...RISK, komodorUid })), { id: 'bare' }];
    const rows = await mapItems(loadMappingFiles('mappings', OFF).mapping, 'komodorHealthMonitoring', items);
    expect(rows.flatMap(failuresOf)).toEqual([]);
    const entities = rows.flatMap(entitiesOf);
    expect(entities[0]).toEqual({
      blueprint: 'komodorHealthMonitoring',
      identifier: '78f44264-dbe1-4d0f-9096-9925f5e74ae8',
      title: 'Deployment-test-komodor-agent',
      properties: {
        status: 'open',
        resource_identifier: 'Deployment-test-komodor-agent',
        severity: 'medium',
        supporting_data: RISK.supportingData,
        komodor_link: 'https://app.komodor.com/health/risks/drawer?checkType=restartingContainers&utmSource=port',
        created_at: '2025-03-20T05:11:33Z',
        last_evaluated_at: '2025-03-30T00:00:00Z',
        check_type: 'restartingContainers',
        workload_type: 'Deployment',
        cluster_name: 'test',
        namespace_name: 'komodor',
        workload_name: 'agent',
      },
      relations: { service: 'Deployment-test-komodor-agent' },
    });
    expect(entities.map((entity) => [entity.title, entity.relations.service])).toEqual([
      ['Deployment-test-komodor-agent', 'Deployment-test-komodor-agent'],
      ['StatefulSet-c-n-s', 'StatefulSet-c-n-s'],
      ['Rollout-c-n-s', 'Rollout-c-n-s'],
      ['Node-c--ip-1', null],
      ['Cluster-c', null],
      ['Deployment-c-n', null],
      ['CronJob-c-n-j', null],
      ['Deployment-c-n-s-x', null],
      [null, null],
    ]);
  });

  it('connects services with workloads when the add-ons are on', async () => {
    const rows = await mapItems(loadMappingFiles('mappings', ON).mapping, 'komodorService', [SERVICE]);
    const [, connected, workload] = entitiesOf(rows[0]);
    expect(connected).toEqual({
      blueprint: 'komodorService',
      identifier: 'Deployment-test-komodor-agent',
      properties: {},
      relations: { workload: 'agent-Deployment-komodor-test' },
    });
    expect(workload).toEqual({
      blueprint: 'k8s_workload',
      identifier: 'agent-Deployment-komodor-test',
      title: 'agent',
      properties: { name: 'agent', kind: 'Deployment', namespace: 'komodor', cluster: 'test' },
      relations: {},
    });
  });
});
