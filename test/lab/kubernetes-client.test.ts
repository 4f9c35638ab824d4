import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { runDoctor } from '../../src/compose/doctor.ts';
import { loadOfflineSettings } from '../../src/config/settings.ts';
import type { KubernetesApi } from '../../src/kubernetes/api.ts';
import { connectionOf } from '../../src/kubernetes/connection.ts';
import { createDiscovery, discover } from '../../src/kubernetes/discovery.ts';
import { kindOf, type Resource } from '../../src/kubernetes/resource.ts';
import { statusOf } from '../../src/kubernetes/status.ts';
import { apiOf, kubeconfig, makeClient, signal, temporaryFolder } from '../kubernetes/api-server.ts';
import { failureOf } from '../net/test-client.ts';
import { describeLab, mustOnCluster, Namespace } from './lab.ts';

const NAME = 'client-of-the-api';
const PODS = `/api/v1/namespaces/${NAME}/pods`;
const CONFIG_MAPS = `/api/v1/namespaces/${NAME}/configmaps`;

describeLab('the client of the Kubernetes API, on a real API server', () => {
  let namespace: Namespace;
  /** A folder as every pod has it. */
  const account = mkdtempSync(join(tmpdir(), 'kubernetes-account-'));

  const token = async () =>
    (await namespace.must('kubectl', ['create', 'token', 'reader', '--duration', '10m'])).trim();
  const admin = async () => apiOf(await connectionOf(inject('lab').kubeconfig, {}));

  async function inPod(): Promise<KubernetesApi> {
    const { hostname, port } = new URL(inject('lab').url);
    const env = {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      KUBERNETES_SERVICE_ACCOUNT_PATH: account,
    };
    return apiOf(await connectionOf('in-cluster', env));
  }

  beforeAll(async () => {
    namespace = await Namespace.create(NAME);
    const rights = ['--verb=get,list,watch', '--resource=pods,configmaps'];
    await namespace.must('kubectl', ['create', 'serviceaccount', 'reader']);
    await namespace.must('kubectl', ['create', 'role', 'reader', ...rights]);
    const binding = ['create', 'rolebinding', 'reader', '--role=reader'];
    await namespace.must('kubectl', [...binding, `--serviceaccount=${NAME}:reader`, `--user=${NAME}-user`]);
    await writeFile(join(account, 'ca.crt'), inject('lab').authority);
    await writeFile(join(account, 'namespace'), NAME);
    await writeFile(join(account, 'token'), await token());
    return () => rm(account, { recursive: true, force: true });
  });

  it('reads with the token of a service account what that may read, and is told what it may not', async () => {
    const api = await inPod();
    expect(await api.get(PODS, { limit: 1 }, signal)).toMatchObject({ body: { kind: 'PodList', items: [] } });
    const failure = await failureOf(api.get('/api/v1/nodes', {}, signal));
    expect(statusOf(failure)).toMatchObject({ code: 403, reason: 'Forbidden' });
    expect(failure.message).toContain(`system:serviceaccount:${NAME}:reader`);
  });

  it('reads with a client certificate', async () => {
    const { url, directory } = inject('lab');
    const certificates = join(directory, 'certificates');
    await makeClient(certificates, `${NAME}-user`);
    const user = {
      'client-certificate': join(certificates, `${NAME}-user.crt`),
      'client-key': join(certificates, `${NAME}-user.key`),
    };
    const cluster = { server: url, 'certificate-authority': join(certificates, 'ca.crt') };
    const api = apiOf(await connectionOf(await kubeconfig(await temporaryFolder(), cluster, user), {}));
    expect(await api.get(PODS, {}, signal)).toMatchObject({ body: { items: [] } });
  });

  it('takes a renewed token as soon as the old one is refused, for a stream too', async () => {
    const file = join(account, 'token');
    await writeFile(file, 'no.longer.good');
    const api = await inPod();
    const watching = await inPod();
    expect(await failureOf(api.get(PODS, {}, signal))).toMatchObject({ status: 401 });
    await writeFile(file, await token());
    expect(await api.get(PODS, {}, signal)).toMatchObject({ body: { items: [] } });
    for await (const { value } of watching.lines(CONFIG_MAPS, initialEvents(), { idleMs: 60_000 }, signal)) {
      expect(value).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'kube-root-ca.crt' } } });
      break;
    }
  });

  it('gives events as they come, and ends when it is told to', async () => {
    const api = await inPod();
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const events = api.lines(CONFIG_MAPS, initialEvents(), { idleMs: 120_000 }, stop.signal);
    for await (const { value } of events) {
      if (JSON.stringify(value).includes('k8s.io/initial-events-end')) {
        await namespace.must('kubectl', ['create', 'configmap', 'noticed', '--from-literal=name=日本']);
      } else if (JSON.stringify(value).includes('noticed')) {
        expect(value).toMatchObject({ type: 'ADDED', object: { data: { name: '日本' } } });
        break;
      }
    }
    const one = { watch: true, fieldSelector: 'metadata.name=kube-root-ca.crt' };
    const others = api.lines(CONFIG_MAPS, one, { idleMs: 120_000 }, stop.signal);
    await others.next();
    const waiting = others.next();
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('is told why a watch cannot be opened', async () => {
    const watching = (await inPod()).lines(
      CONFIG_MAPS,
      { watch: true, labelSelector: '==' },
      { idleMs: 60_000 },
      signal,
    );
    expect(statusOf(await failureOf(watching.next()))).toMatchObject({ code: 400, reason: 'BadRequest' });
  });

  it('sends what changes something, as the server wants it', async () => {
    const api = await admin();
    const access = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' };
    const attributes = { resourceAttributes: { verb: 'list', resource: 'pods', namespace: NAME } };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const asked = { method: 'POST', path, body: { ...access, spec: attributes } } as const;
    expect(await api.send(asked, signal)).toMatchObject({ status: { allowed: true } });
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { a: '1' } };
    const apply = {
      method: 'PATCH',
      path: `${CONFIG_MAPS}/applied`,
      contentType: 'application/apply-patch+yaml',
    } as const;
    const query = { fieldManager: 'komodor-port', force: true };
    expect(await api.send({ ...apply, query, body: applied }, signal)).toMatchObject({ data: { a: '1' } });
    const wrong = await failureOf(api.send({ ...apply, query, body: { ...applied, data: { 'a/b': '1' } } }, signal));
    expect(statusOf(wrong)).toMatchObject({ code: 422, reason: 'Invalid', causes: [{ field: 'data[a/b]' }] });
  });

  it('tells the doctor whom the server takes us for, and what we may read', async () => {
    const mapping = join(account, 'mapping.yaml');
    const port = { entity: { mappings: { identifier: '.metadata.name', blueprint: '"thing"' } } };
    const namespaced = { query: 'true', namespaces: [NAME] };
    const resources = [
      { kind: 'v1/pods', selector: namespaced, port },
      { kind: 'v1/nodes', selector: { query: 'true' }, port },
      { kind: 'v1/secrets', selector: namespaced, port },
    ];
    await writeFile(mapping, JSON.stringify({ resources }));
    const { hostname, port: itsPort } = new URL(inject('lab').url);
    const env = {
      // Nothing answers there.
      ...{ KOMODOR_BASE_URL: 'http://127.0.0.1:1', PORT_BASE_URL: 'http://127.0.0.1:1' },
      ...{ KUBERNETES: 'in-cluster', MAPPING_PATH: mapping, KUBERNETES_SERVICE_ACCOUNT_PATH: account },
      ...{ KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: itsPort },
    };
    const settings = loadOfflineSettings(env, { dotenvPath: '/dev/null' });
    const { checks } = await runDoctor(settings, env, false, signal);
    const said = (name: string) => checks.find((one) => one.name === name);
    expect(said('cluster-reachable')?.detail).toMatch(/; Kubernetes v1\.\d+\.\d+ \(the service account of this pod\)$/);
    expect(said('cluster-login')?.detail).toBe(
      `the API server takes the token: we are system:serviceaccount:${NAME}:reader`,
    );
    expect(said('kind:v1/pods')).toMatchObject({ status: 'ok', detail: `may be listed and watched in ${NAME}` });
    expect(said('kind:v1/nodes')).toMatchObject({
      status: 'failed',
      advice: expect.stringContaining('resources: [nodes]'),
    });
    expect(said('kind:v1/secrets')).toMatchObject({ status: 'failed', detail: expect.stringContaining(NAME) });
  });

  it('finds all that the server has, the same in both forms of discovery', async () => {
    const api = await admin();
    const plain: KubernetesApi = { ...api, get: (path, query, of) => api.get(path, query, of) };
    const { resources: all } = await discover(api, Date.now, signal);
    const names = (resources: readonly Resource[]) =>
      resources
        .map((one) => `${kindOf(one)} ${one.kind} ${one.namespaced} ${one.path('x')} ${[...one.verbs].sort()}`)
        .sort();
    expect(names((await discover(plain, Date.now, signal)).resources)).toEqual(names(all));
    const listed = await mustOnCluster('kubectl', ['api-resources', '--no-headers', '--output=name']);
    // kubectl shows one version of each.
    const resources = new Set(all.map(({ resource, group }) => (group === '' ? resource : `${resource}.${group}`)));
    expect([...resources].sort()).toEqual(listed.trim().split('\n').sort());
  });

  it.each([
    ['v1/Pod', 'v1/pods'],
    ['apps/v1/deployment', 'apps/v1/deployments'],
    ['networking.k8s.io/v1/NetworkPolicy', 'networking.k8s.io/v1/networkpolicies'],
    ['networking.k8s.io/v1/Ingress', 'networking.k8s.io/v1/ingresses'],
    ['v1/Endpoints', 'v1/endpoints'],
    ['storage.k8s.io/v1/StorageClass', 'storage.k8s.io/v1/storageclasses'],
  ])('finds %s', async (kind, expected) => {
    const found = await createDiscovery(await inPod()).find(kind, signal);
    expect('resource' in found ? kindOf(found.resource) : found.problem).toBe(expected);
  });

  it.each([
    ['extensions/v1beta1/deployments', 'did you mean apps/v1/deployments?'],
    ['apps/v1beta1/deployments', 'it has v1 of it; write apps/v1/deployments.'],
    ['apps/v1/deploymnets', 'did you mean apps/v1/deployments?'],
    ['authorization.k8s.io/v1/selfsubjectaccessreviews', 'cannot be listed: the cluster only offers create'],
    ['argoproj.io/v1alpha1/rollouts', 'kubectl get crd rollouts.argoproj.io shows whether it is'],
  ])('says of %s what there is instead', async (kind, problem) => {
    const found = await createDiscovery(await inPod()).find(kind, signal);
    expect('problem' in found ? found.problem : '').toContain(problem);
  });
});

function initialEvents() {
  return { watch: true, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true };
}
