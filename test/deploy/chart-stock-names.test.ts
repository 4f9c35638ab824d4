import { expect, it } from 'vitest';
import { CHART, containerOf, dataOf, find, podOf, VERSION } from './chart.ts';
import { template } from './manifests.ts';
import { describeWith, run } from './tools.ts';

const STOCK = [`${CHART}/ci/stock-names-values.yaml`];

describeWith(['helm4'], "values of Port's own chart", () => {
  it('carry over as a whole', async () => {
    const manifests = await template({ files: STOCK });
    expect(dataOf(manifests, 'ConfigMap', 'komodor')).toMatchObject({
      PORT_BASE_URL: 'https://api.getport.io',
      INTEGRATION_IDENTIFIER: 'my-komodor-integration',
      EVENT_LISTENER: 'KAFKA',
      OCEAN__INTEGRATION__CONFIG__KOMODOR_BASE_URL: 'https://api.komodor.com/api/v2',
      RESYNC_INTERVAL: '60',
      INITIALIZE_PORT_RESOURCES: 'true',
      SEND_RAW_DATA_EXAMPLES: 'false',
      ALLOW_ENV_IN_MAPPING: 'false',
      REQUEST_TIMEOUT_SECONDS: '60',
      PUBLIC_URL: 'https://komodor-port.example.com',
    });
    expect(dataOf(manifests, 'Secret', 'komodor')).toEqual({
      PORT_CLIENT_ID: 'client-of-the-test',
      PORT_CLIENT_SECRET: 'secret-of-the-test',
      KOMODOR_API_KEY: 'key-of-the-test',
    });
    const container = containerOf(manifests, 'Deployment', 'komodor');
    expect(container).toMatchObject({
      image: `registry.example.com/platform/komodor-port-integration:${VERSION}`,
      imagePullPolicy: 'Always',
      livenessProbe: { initialDelaySeconds: 30 },
      readinessProbe: { initialDelaySeconds: 5, successThreshold: 2 },
      resources: { limits: { memory: '1024Mi' } },
    });
    expect(find(manifests, 'Service')).toMatchObject({ spec: { ports: [{ name: 'ocean-port', port: 8000 }] } });
    expect(podOf(find(manifests, 'Deployment'))).toMatchObject({
      metadata: { labels: { team: 'platform' } },
      spec: {
        serviceAccountName: 'default',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        imagePullSecrets: [{ name: 'registry' }],
      },
    });
  });

  it.each<[string, object, object]>([
    ['nodeSelector', { nodeSelector: { a: 'b' } }, { nodeSelector: { a: 'b' } }],
    ['tolerations', { tolerations: [{ operator: 'Exists' }] }, { tolerations: [{ operator: 'Exists' }] }],
    ['affinity', { affinity: { nodeAffinity: {} } }, { affinity: { nodeAffinity: {} } }],
    ['dnsConfig', { dnsConfig: { searches: ['a'] } }, { dnsConfig: { searches: ['a'] } }],
    ['hostAliases', { hostAliases: [{ ip: '1.1.1.1' }] }, { hostAliases: [{ ip: '1.1.1.1' }] }],
    ['podServiceAccount.name', { podServiceAccount: { name: 'mine' } }, { serviceAccountName: 'mine' }],
    ['podSecurityContext', { podSecurityContext: { fsGroup: 1 } }, { securityContext: { fsGroup: 1 } }],
    ['extraInitContainers', { extraInitContainers: [{ name: 'i' }] }, { initContainers: [{ name: 'i' }] }],
    ['extraVolumes', { extraVolumes: [{ name: 'v' }] }, { volumes: expect.arrayContaining([{ name: 'v' }]) }],
    ['terminationGracePeriodSeconds', { terminationGracePeriodSeconds: 60 }, { terminationGracePeriodSeconds: 60 }],
    [
      'workload.deployment.extraContainers',
      { workload: { deployment: { extraContainers: [{ name: 'sidecar', image: '{{ .Release.Name }}' }] } } },
      { containers: expect.arrayContaining([expect.objectContaining({ name: 'sidecar', image: 'komodor-port' })]) },
    ],
  ])('%s arrives in the pod', async (_, values, spec) => {
    expect(podOf(find(await template({ values }), 'Deployment'))?.spec).toMatchObject(spec);
  });

  it('have no effect, and the notes say which, where a feature is not needed here', async () => {
    const { code, stdout, stderr } = await run('helm4', [
      ...['install', 'komodor-port', CHART, '--dry-run=client', '--values', ...STOCK],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const line = stdout.split('\n').find((one) => one.includes('no effect here')) ?? '';
    for (const name of ['actionsProcessor', 'port.ingestUrl', 'workload.cron.kubectlImage', 'liveEvents.worker'])
      expect(line).toContain(name);
    expect(stdout).not.toContain('MISSING CREDENTIALS');
  });

  it('leave the names of objects to metadataNamePrefixOverride', async () => {
    const manifests = await template({ values: { metadataNamePrefixOverride: 'ocean-komodor-prod' } });
    expect(find(manifests, 'Deployment').metadata.name).toBe('ocean-komodor-prod');
  });
});

describeWith(['helm4'], 'notes after an installation', () => {
  const notes = async (...args: readonly string[]) => {
    const answer = await run('helm4', ['install', 'rel', CHART, '--namespace', 'ns', '--dry-run=client', ...args]);
    expect(answer).toMatchObject({ code: 0 });
    return answer.stdout.slice(answer.stdout.indexOf('NOTES:'));
  };

  it('say which credentials are missing and how to give them', async () => {
    const text = await notes('--set', 'port.clientId=x');
    expect(text).toContain('MISSING CREDENTIALS: KOMODOR_API_KEY, PORT_CLIENT_SECRET.');
    expect(text).toContain('--from-literal=KOMODOR_API_KEY=');
    expect(text).toContain('existingSecret=komodor-port-credentials');
  });

  it('say which keys a Secret must have that the chart cannot look into', async () => {
    const text = await notes('--set', 'existingSecret=mine,integration.secrets.komodorApiKey=x');
    expect(text).toContain('when mine holds PORT_CLIENT_ID, PORT_CLIENT_SECRET.');
    expect(text).not.toContain('MISSING');
  });

  it('say what to look at next, as a Deployment and as a CronJob', async () => {
    expect(await notes()).toContain('kubectl --namespace ns logs deployment/rel-komodor-port');
    expect(await notes('--set', 'workload.kind=CronJob')).toContain('--from=cronjob/rel-komodor-port-resync');
  });
});
