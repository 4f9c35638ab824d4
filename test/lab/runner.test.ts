import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { describeLab, Namespace, type PodView } from './lab.ts';
import { until } from './processes.ts';

const IMAGE = 'registry.example.com:5000/some/komodor-port-integration:1.2.3';
const SAFE = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true };
const JobSchema = z.looseObject({
  status: z.looseObject({
    conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
  }),
});

function node(script: string, more: object = {}): object {
  return { name: 'main', image: IMAGE, command: ['node', '-e', script], securityContext: SAFE, ...more };
}

function podOf(name: string, container: object, spec: object = {}): object {
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, fsGroup: 4711 };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { securityContext, containers: [container], ...spec },
  };
}

describeLab('a pod of the lab', () => {
  let namespace: Namespace;
  beforeAll(async () => {
    namespace = await Namespace.create('runner');
  });

  async function podWhen(name: string, holds: (pod: PodView) => boolean): Promise<PodView> {
    return until(`pod ${name}`, async () =>
      (await namespace.pods('--selector', `app=${name}`)).find((pod) => holds(pod)),
    );
  }

  it('has its environment, its files and its user, and nothing else', async () => {
    await namespace.apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data: { COLOUR: 'blue', 'a.yaml': 'x: 1' },
      },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, stringData: { KEY: 'secret', COLOUR: 'red' } },
      podOf(
        'everything',
        node(
          `const fs = require('fs');
          const read = (path) => { try { return fs.readFileSync(path, 'utf8') } catch (error) { return error.code } };
          const write = (path) => { try { fs.writeFileSync(path, ''); return 'written' } catch (error) { return error.code } };
          console.log(JSON.stringify({ env: process.env, user: process.getuid(), args: process.argv.slice(1),
            config: read('/etc/lab/a.yaml'), key: read('/keys/k'), init: read('/data/init'), token: read('/tokens/token').split('.').length,
            writes: [write('/app/x'), write('/data/x'), write('/keys/x')] }));
          process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000);`,
          {
            args: ['--', '$(COLOUR) $(NOBODY)'],
            envFrom: [
              { secretRef: { name: 'keys' } },
              { configMapRef: { name: 'settings' } },
              { secretRef: { name: 'absent', optional: true } },
            ],
            env: [
              { name: 'ONE', valueFrom: { secretKeyRef: { name: 'keys', key: 'KEY' } } },
              { name: 'TWO', value: '$(ONE)-2' },
              { name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            ],
            volumeMounts: [
              { name: 'settings', mountPath: '/etc/lab/a.yaml', subPath: 'a.yaml' },
              { name: 'keys', mountPath: '/keys', readOnly: true },
              { name: 'data', mountPath: '/data' },
              { name: 'tokens', mountPath: '/tokens' },
            ],
            readinessProbe: { exec: { command: ['cat', '/data/init'] }, periodSeconds: 1 },
          },
        ),
        {
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          initContainers: [
            {
              ...node(`require('fs').writeFileSync('/data/init', 'made')`),
              name: 'init',
              volumeMounts: [{ name: 'data', mountPath: '/data' }],
            },
          ],
          volumes: [
            { name: 'settings', configMap: { name: 'settings' } },
            { name: 'keys', secret: { secretName: 'keys', items: [{ key: 'KEY', path: 'k' }] } },
            { name: 'data', emptyDir: {} },
            { name: 'tokens', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
          ],
        },
      ),
    );
    const { metadata } = await podWhen('everything', ({ status }) => status.containerStatuses[0]?.ready === true);
    const told: unknown = JSON.parse(await namespace.log(metadata.name, 'main'));
    expect(told).toMatchObject({
      user: 1000,
      args: ['blue $(NOBODY)'],
      ...{ config: 'x: 1', key: 'secret', init: 'made', token: 3 },
      writes: ['EROFS', 'written', 'EROFS'],
      env: { ONE: 'secret', TWO: 'secret-2', WHO: 'everything', COLOUR: 'blue', KEY: 'secret' },
    });
    const { env } = z.looseObject({ env: z.record(z.string(), z.string()) }).parse(told);
    const given = ['COLOUR', 'HOME', 'HOSTNAME', 'KEY', 'NODE_ENV', 'ONE', 'PATH', 'TWO', 'WHO'];
    const always = ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT'];
    expect(Object.keys(env).toSorted()).toEqual([...given, ...always, 'a.yaml'].toSorted());

    await namespace.must('kubectl', ['delete', 'pod', 'everything']);
    const ofPod = (await namespace.endings()).filter(({ pod }) => pod === 'everything');
    expect(ofPod).toMatchObject([
      { container: 'init', exitCode: 0 },
      { container: 'main', exitCode: 7 },
    ]);
  });

  it('waits for a Secret that is not there yet', async () => {
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'late', key: 'KEY' } } }];
    await namespace.apply(podOf('waiting', node('process.exit(0)', { env }), { restartPolicy: 'Never' }));
    const waiting = await podWhen('waiting', ({ status }) => {
      return status.containerStatuses[0]?.state.waiting?.reason === 'CreateContainerConfigError';
    });
    expect(waiting.status.containerStatuses[0]?.state.waiting?.message).toBe('secret "late" not found');
    await namespace.must('kubectl', ['create', 'secret', 'generic', 'late', '--from-literal=KEY=1']);
    await podWhen('waiting', ({ status }) => status.phase === 'Succeeded');
  });

  it('is started again when it ends or its liveness probe fails, and is ready only while it says so', async () => {
    const serve = (status: number) =>
      `require('http').createServer((_, answer) => { answer.statusCode = ${status}; answer.end() }).listen(8000)`;
    const port = { ports: [{ name: 'web', containerPort: 8000 }] };
    const httpGet = { path: '/', port: 'web' };
    await namespace.apply(
      podOf(
        'good',
        node(serve(200), {
          ...port,
          startupProbe: { httpGet, periodSeconds: 1 },
          readinessProbe: { tcpSocket: { port: 8000 } },
        }),
      ),
      podOf('unready', node(serve(503), { ...port, readinessProbe: { httpGet, periodSeconds: 1 } })),
      podOf('dead', node(serve(500), { ...port, livenessProbe: { httpGet, periodSeconds: 1, failureThreshold: 2 } })),
      podOf('ends', node('process.exit(3)')),
    );
    const first = ({ status }: PodView) => status.containerStatuses[0];
    await podWhen('good', (pod) => first(pod)?.ready === true);
    await podWhen('dead', (pod) => (first(pod)?.restartCount ?? 0) > 0);
    await podWhen('ends', (pod) => (first(pod)?.restartCount ?? 0) > 1);
    const unready = await podWhen('unready', (pod) => first(pod)?.state.running !== undefined);
    expect(first(unready)?.ready).toBe(false);
    const ends = (await namespace.endings()).filter(({ pod }) => pod === 'ends');
    expect([...new Set(ends.map(({ exitCode }) => exitCode))]).toEqual([3]);
    await namespace.must('kubectl', ['delete', 'pod', '--all', '--grace-period=1']);
    expect(await namespace.pods()).toEqual([]);
  });

  it('of a Job ends it, well or not', async () => {
    const job = (name: string, exitCode: number) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: {
        backoffLimit: 0,
        template: {
          spec: {
            restartPolicy: 'Never',
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [node(`process.exit(${exitCode})`)],
          },
        },
      },
    });
    await namespace.apply(job('well', 0), job('badly', 2));
    const conditionOf = (name: string) =>
      until(`job ${name}`, async () => {
        const { status } = await namespace.get(JobSchema, 'job', name);
        return status.conditions.find(({ type }) => ['Complete', 'Failed'].includes(type))?.type;
      });
    expect(await conditionOf('well')).toBe('Complete');
    expect(await conditionOf('badly')).toBe('Failed');
  });
});
