import { expect, it } from 'vitest';
import { containerOf, dataOf, envOf, find, kindsOf, podOf } from './chart.ts';
import { template } from './manifests.ts';
import { ALL, bySelector, PODS, policy, portsOf, selected, service, specOf } from './selecting.ts';
import { describeWith } from './tools.ts';

describeWith(['helm4'], 'the Redis of the chart', () => {
  it('is where the service looks for it', async () => {
    const manifests = await template({ values: ALL });
    const { ports, selector: pods } = specOf(find(manifests, 'Service', 'komodor-port-redis'), service);
    expect(selected(manifests, bySelector(pods))).toEqual(['StatefulSet/komodor-port-redis']);
    expect(portsOf(manifests, 'StatefulSet', 'komodor-port-redis')).toEqual([
      { name: ports[0]?.targetPort, containerPort: 6379, protocol: 'TCP' },
    ]);
    for (const name of ['komodor-port', 'komodor-port-worker']) {
      const container = containerOf(manifests, 'Deployment', name);
      expect(envOf(container).REDIS_URL).toBe(`redis://komodor-port-redis:${ports[0]?.port}/0`);
      expect(container.env.find((one) => one.name === 'REDIS_PASSWORD')?.valueFrom?.secretKeyRef).toEqual({
        name: 'redis',
        key: 'redis-password',
      });
    }
  });

  it('keeps what it has, and refuses work rather than forgetting it', async () => {
    const text = (await template({ values: ALL })).filter(({ kind }) => kind === 'StatefulSet');
    const { args } = containerOf(text, 'StatefulSet', 'komodor-port-redis');
    expect(args.join(' ')).toContain('--appendonly yes --maxmemory 256mb --maxmemory-policy noeviction');
    expect(find(text, 'StatefulSet')).toMatchObject({
      spec: {
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    });
    const bare = await template({ values: { redis: { enabled: true } } });
    expect(find(bare, 'StatefulSet')).not.toHaveProperty('spec.volumeClaimTemplates');
    expect(podOf(find(bare, 'StatefulSet'))?.spec.volumes).toContainEqual({ name: 'data', emptyDir: {} });
  });

  it('shows its password to nobody', async () => {
    const manifests = await template({ values: ALL });
    const { args, env } = containerOf(manifests, 'StatefulSet', 'komodor-port-redis');
    expect(args.slice(-2)).toEqual(['--requirepass', '$(REDISCLI_AUTH)']);
    expect(env.map(({ name, valueFrom }) => [name, valueFrom?.secretKeyRef])).toEqual([
      ['REDISCLI_AUTH', { name: 'redis', key: 'redis-password' }],
    ]);
    const own = await template({ values: { redis: { existingSecret: { name: 'own' } } } });
    expect(kindsOf(own).filter((one) => one.includes('redis'))).toEqual([]);
    expect(dataOf(manifests, 'ConfigMap')).not.toHaveProperty('REDIS_URL');
  });

  it('runs as another user where the cluster gives one', async () => {
    const values = {
      redis: { enabled: true, podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null } },
    };
    const spec = podOf(find(await template({ values }), 'StatefulSet'))?.spec;
    expect(spec?.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  });
});

describeWith(['helm4'], 'the NetworkPolicy of the chart', () => {
  it('lets in those who are named and the test, to the port of the service', async () => {
    const manifests = await template({ values: ALL });
    const { podSelector, policyTypes, ingress } = specOf(find(manifests, 'NetworkPolicy', 'komodor-port'), policy);
    expect(selected(manifests, podSelector)).toEqual(
      ['Job/komodor-port-resync-hook', 'Pod/komodor-port-test', ...PODS].sort(),
    );
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    const [http] = portsOf(manifests, 'Deployment', 'komodor-port');
    expect(ingress.map(({ ports }) => ports)).toEqual([[{ port: http?.containerPort, protocol: 'TCP' }]]);
    const [test, ...named] = ingress[0]?.from ?? [];
    expect(test?.podSelector && selected(manifests, test.podSelector)).toEqual(['Pod/komodor-port-test']);
    expect(named).toEqual(ALL.networkPolicy.ingress.from);
    const everybody = await template({ values: { networkPolicy: { enabled: true } } });
    expect(specOf(find(everybody, 'NetworkPolicy'), policy).ingress.map(({ from }) => from)).toEqual([undefined]);
  });

  it('lets out to names, to Komodor and Port, to its own Redis and to the collector of traces', async () => {
    const manifests = await template({ values: ALL });
    const { egress } = specOf(find(manifests, 'NetworkPolicy', 'komodor-port'), policy);
    expect(
      egress.map(({ to, ports }) => [
        to?.flatMap((one) => (one.podSelector ? selected(manifests, one.podSelector) : [])) ?? 'anywhere',
        ports.map((one) => one.port),
      ]),
    ).toEqual([
      ['anywhere', [53, 53]],
      ['anywhere', [443, 4318]],
      [['Deployment/komodor-port'], [8000]],
      [['StatefulSet/komodor-port-redis'], [6379]],
    ]);
    const redis = specOf(find(manifests, 'NetworkPolicy', 'komodor-port-redis'), policy);
    expect(selected(manifests, redis.podSelector)).toEqual(['StatefulSet/komodor-port-redis']);
    expect(redis.egress).toEqual([]);
    const callers = redis.ingress.flatMap(({ from = [] }) => from.flatMap((one) => one.podSelector ?? []));
    expect(callers.flatMap((one) => selected(manifests, one))).toEqual([...PODS, 'Job/komodor-port-resync-hook']);
  });

  it.each([
    [{ redis: { url: 'rediss://:p@redis.example.com:6380/0' } }, [443, 6380]],
    [{ redis: { url: 'redis://redis.example.com' } }, [443, 6379]],
    [{ networkPolicy: { enabled: true, egress: { ports: [443, 3128] } } }, [443, 3128]],
  ])('knows the ports of %o', async (values, wanted) => {
    const manifests = await template({ values: { networkPolicy: { enabled: true }, ...values } });
    const { egress } = specOf(find(manifests, 'NetworkPolicy', 'komodor-port'), policy);
    expect(egress[1]?.ports.map((one) => one.port)).toEqual(wanted);
  });

  it('leaves the ways out alone where that is wanted', async () => {
    const values = { networkPolicy: { enabled: true, egress: { enabled: false } } };
    expect(specOf(find(await template({ values }), 'NetworkPolicy'), policy)).toMatchObject({
      policyTypes: ['Ingress'],
      egress: [],
    });
  });
});
