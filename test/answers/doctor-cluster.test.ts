import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import type { DoctorCheck } from '../../src/answers/doctor/check.ts';
import { runDoctor } from '../../src/compose/doctor.ts';
import { loadOfflineSettings } from '../../src/config/settings.ts';
import { type KubernetesOptions, startKubernetes } from '../../src/sandbox/kubernetes/start-kubernetes.ts';
import { type Harness, it } from '../resync/harness.ts';

const TOKEN = 'canary-token-of-the-cluster';
const ENTRY = '\n    port: { entity: { mappings: { identifier: .metadata.name, blueprint: \'"thing"\' } } }';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'doctor-cluster-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A file with text in it. @returns its path */
function fileWith(text: string): string {
  const path = join(folder(), 'file.yaml');
  writeFileSync(path, text);
  return path;
}

/** A mapping that reads these kinds, each with a selector. */
function mappingOf(kinds: Readonly<Record<string, string>>): string {
  const entries = Object.entries(kinds).map(
    ([kind, selector]) => `  - kind: ${kind}\n    selector: ${selector}${ENTRY}`,
  );
  return fileWith(`resources:\n${entries.join('\n')}\n`);
}

async function cluster(options: KubernetesOptions = {}) {
  const server = await startKubernetes({ token: TOKEN, ...options });
  onTestFinished(() => server.close());
  return server;
}

async function examined({ env: own }: Pick<Harness, 'env'>, changes: Readonly<Record<string, string>>) {
  const env = { HTTP_HOST: '127.0.0.1', HTTP_PORT: '0', REQUEST_TIMEOUT_SECONDS: '5', ...own, ...changes };
  const settings = loadOfflineSettings(env, { dotenvPath: '/dev/null' });
  const { checks } = await runDoctor(settings, env, false, new AbortController().signal);
  expect(JSON.stringify(checks)).not.toContain('canary');
  return checks;
}

const ofCluster = (checks: readonly DoctorCheck[]) =>
  checks
    .filter(({ name }) => name.startsWith('cluster-') || /^kind:.*\//.test(name))
    .map(({ name, status }) => `${name} ${status}`);

function named(checks: readonly DoctorCheck[], name: string): DoctorCheck {
  const found = checks.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no check ${name} among ${checks.map((one) => one.name)}`);
  return found;
}

type ClusterCase = readonly [
  title: string,
  kubeconfig: () => Promise<string>,
  expected: readonly string[],
  check: string,
  detail: RegExp,
];
type FolderCase = readonly [title: string, make: () => string, status: DoctorCheck['status'], detail: RegExp];

describe('the doctor of a cluster', () => {
  it('is content when everything may be read', async ({ start }) => {
    const server = await cluster();
    const MAPPING_PATH = mappingOf({
      'apps/v1/deployments': '{ query: "true" }',
      'v1/pods': '{ query: "true", namespaces: [team-a] }',
    });
    const checks = await examined(await start({ services: 1 }), {
      KUBERNETES: fileWith(server.kubeconfig()),
      MAPPING_PATH,
    });
    expect(ofCluster(checks)).toEqual([
      'cluster-reachable ok',
      'cluster-login ok',
      'kind:apps/v1/deployments ok',
      'kind:v1/pods ok',
    ]);
    expect(named(checks, 'cluster-reachable').detail).toMatch(
      /^127\.0\.0\.1:\d+ answers, directly; Kubernetes v1\..* \(the context /,
    );
    expect(named(checks, 'kind:apps/v1/deployments').detail).toBe('may be listed and watched');
    expect(named(checks, 'kind:v1/pods').detail).toBe('may be listed and watched in team-a');
  });

  it('says which rule is missing, and for what', async ({ start }) => {
    const rights = [
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'], namespaces: ['team-a'] },
    ];
    const server = await cluster({ rights });
    const all = '{ query: "true" }';
    const MAPPING_PATH = mappingOf({ 'apps/v1/deployments': all, 'v1/pods': all, 'v1/nodes': all });
    const checks = await examined(await start({ services: 1 }), {
      KUBERNETES: fileWith(server.kubeconfig()),
      MAPPING_PATH,
    });
    expect(named(checks, 'kind:apps/v1/deployments')).toEqual({
      name: 'kind:apps/v1/deployments',
      status: 'failed',
      detail: 'The user of this connection may not list deployments',
      advice:
        'Bind a ClusterRole with this rule to it: - {apiGroups: [apps], resources: [deployments], verbs: [get, list, watch]} ' +
        '(`komodor-port rbac` prints all rights that the mapping needs).',
    });
    expect(named(checks, 'kind:v1/pods')).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('may not watch pods'),
    });
    expect(named(checks, 'kind:v1/nodes').status).toBe('failed');
  });

  it('says what the server has in place of a kind', async ({ start }) => {
    const server = await cluster();
    const MAPPING_PATH = mappingOf({ 'extensions/v1beta1/deployments': '{ query: "true" }' });
    const checks = await examined(await start({ services: 1 }), {
      KUBERNETES: fileWith(server.kubeconfig()),
      MAPPING_PATH,
    });
    expect(named(checks, 'kind:extensions/v1beta1/deployments')).toMatchObject({
      status: 'failed',
      detail: 'the cluster has no extensions/v1beta1/deployments: did you mean apps/v1/deployments?',
      advice: expect.stringContaining('Correct the kind'),
    });
  });

  it.for<ClusterCase>([
    [
      'a token that is no longer good',
      async () => {
        const server = await cluster();
        const KUBERNETES = fileWith(server.kubeconfig());
        server.setToken('another');
        return KUBERNETES;
      },
      ['cluster-reachable ok', 'cluster-login failed', 'kind:v1/pods warning'],
      'cluster-login',
      /does not take the token of the context .* \(401\)$/,
    ],
    [
      'a server that is away',
      async () => {
        const server = await startKubernetes({ token: TOKEN });
        await server.close();
        return fileWith(server.kubeconfig());
      },
      ['cluster-reachable failed', 'cluster-login warning', 'kind:v1/pods warning'],
      'cluster-reachable',
      /cannot be reached \(ECONNREFUSED\)/,
    ],
    [
      'a kubeconfig that is not there',
      async () => '/nowhere/kubeconfig',
      ['cluster-reachable failed', 'cluster-login warning', 'kind:v1/pods warning'],
      'cluster-reachable',
      /^KUBERNETES: the kubeconfig: \/nowhere\/kubeconfig cannot be read \(there is no such file\)$/,
    ],
    [
      'a login that runs a program',
      async () => {
        const user = { exec: { command: 'aws', env: [{ name: 'X', value: TOKEN }] } };
        const one = {
          name: 'x',
          cluster: { server: 'https://127.0.0.1:1' },
          user,
          context: { cluster: 'x', user: 'x' },
        };
        return fileWith(JSON.stringify({ 'current-context': 'x', contexts: [one], clusters: [one], users: [one] }));
      },
      ['cluster-reachable failed', 'cluster-login warning', 'kind:v1/pods warning'],
      'cluster-reachable',
      /users\[x\]\.exec runs a program to log in, which this program does not do$/,
    ],
  ])('tells %s from other troubles', async ([, kubeconfig, expected, name, detail], { start }) => {
    const MAPPING_PATH = mappingOf({ 'v1/pods': '{ query: "true" }' });
    const checks = await examined(await start({ services: 1 }), { KUBERNETES: await kubeconfig(), MAPPING_PATH });
    expect(ofCluster(checks)).toEqual(expected);
    expect(named(checks, name)).toMatchObject({
      detail: expect.stringMatching(detail),
      advice: expect.stringMatching(/^[A-Z].*\.$/s),
    });
  });
});

describe('the doctor of a folder', () => {
  it.for<FolderCase>([
    ['a folder with manifests', () => join(fileWith('kind: Entity'), '..'), 'ok', /can be read$/],
    ['an empty folder', folder, 'warning', /is empty, so that nothing of it comes to Port, and nothing is deleted$/],
    ['a folder that is not there', () => '/nowhere', 'failed', /^\/nowhere is not there$/],
    ['a file', () => fileWith(''), 'failed', /is no folder$/],
  ])('looks at %s', async ([, make, status, detail], { start }) => {
    const CATALOG_PATH = make();
    const MAPPING_PATH = mappingOf({ 'getport.io/v1/entities': '{ query: "true" }' });
    const checks = await examined(await start({ services: 1 }), { CATALOG_PATH, MAPPING_PATH });
    expect(named(checks, 'catalog')).toMatchObject({ status, detail: expect.stringMatching(detail) });
    expect(ofCluster(checks)).toEqual([]);
  });

  it('asks the cluster for nothing that the folder has', async ({ start }) => {
    const server = await cluster();
    const MAPPING_PATH = mappingOf({ 'getport.io/v1/entities': '{ query: "true" }', 'v1/pods': '{ query: "true" }' });
    const CATALOG_PATH = folder();
    mkdirSync(join(CATALOG_PATH, 'team-a'));
    const checks = await examined(await start({ services: 1 }), {
      CATALOG_PATH,
      MAPPING_PATH,
      KUBERNETES: fileWith(server.kubeconfig()),
    });
    expect(ofCluster(checks)).toEqual(['cluster-reachable ok', 'cluster-login ok', 'kind:v1/pods ok']);
  });
});
