import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART } from './chart.ts';
import { describeWith, ROOT, run } from './tools.ts';

/** A switch or number of values.yaml, and the values that it needs to matter: the longest beginning of its path counts. */
const CONTEXTS: { readonly [path: string]: object } = {
  '': {},
  externalSecret: { externalSecret: { storeRef: { name: 'store' } } },
  'workload.deployment': { redis: { enabled: true } },
  'workload.cron': { workload: { kind: 'CronJob' } },
  'roles.worker': { redis: { enabled: true } },
  'roles.worker.replicas': { redis: { enabled: true }, roles: { worker: { enabled: true } } },
  'resyncHook.activeDeadlineSeconds': { resyncHook: { onInstall: true } },
  'resyncHook.ttlSecondsAfterFinished': { resyncHook: { onInstall: true } },
  'networkPolicy.egress': { networkPolicy: { enabled: true } },
  pdb: { redis: { enabled: true }, workload: { deployment: { replicas: 2 } } },
  'pdb.maxUnavailable': { redis: { enabled: true }, workload: { deployment: { replicas: 2 } }, pdb: { enabled: true } },
  'redis.persistence': { redis: { enabled: true } },
  selfSignedCertificate: { selfSignedCertificate: { certificate: 'PEM' } },
  ingress: { ingress: { enabled: true } },
  'kubernetes.rbac.create': { kubernetes: { enabled: true, rbac: { extraKinds: ['v1/pods'] } } },
  'kubernetes.writeBack': { kubernetes: { enabled: true, rbac: { extraKinds: ['getport.io/v1/entities'] } } },
  'catalog.gitSync': {
    catalog: { enabled: true, gitSync: { enabled: true, repository: 'https://git.example.com/x' } },
  },
  catalog: { catalog: { files: { 'a.yaml': '' } } },
  'selfSignedCertificate.secret.name': { selfSignedCertificate: { enabled: true } },
  'selfSignedCertificate.configMap.name': { selfSignedCertificate: { enabled: true } },
  'redis.auth': { redis: { enabled: true, auth: { existingSecret: 'x' } } },
  redis: { redis: { enabled: true } },
  'redis.enabled': {},
  notify: { notify: { existingSecret: { name: 'x' } } },
  otel: { otel: { endpoint: 'http://collector:4318' } },
};

const ELSEWHERE = [
  // A switch of Port's own chart; here the name of the Secret is enough.
  'selfSignedCertificate.secret.useExistingSecret',
  // false refuses credentials in values: chart-refusals.test.ts.
  'secret.create',
  // Without it nothing says where the manifests are, which is refused: chart-catalog.test.ts.
  'catalog.gitSync.enabled',
  // 0 is no limit: chart-cronjob.test.ts.
  'resyncHook.activeDeadlineSeconds',
];

interface Leaf {
  readonly path: string;
  readonly value: boolean | number;
}

function leavesOf(value: unknown, path: readonly string[] = []): readonly Leaf[] {
  if (typeof value === 'boolean' || typeof value === 'number') return [{ path: path.join('.'), value }];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => leavesOf(child, [...path, key]));
}

const LEAVES = leavesOf(parse(readFileSync(join(ROOT, CHART, 'values.yaml'), 'utf8')));

function contextOf(path: string): object {
  const beginnings = Object.keys(CONTEXTS).filter((one) => one === '' || path === one || path.startsWith(`${one}.`));
  return CONTEXTS[beginnings.sort((a, b) => b.length - a.length)[0] ?? ''] ?? {};
}

async function renderWith(path: string, value: boolean | number): Promise<readonly string[]> {
  const args = ['--values', '-', '--set', `${path}=${value}`, '--api-versions', 'monitoring.coreos.com/v1'];
  const { code, stdout, stderr } = await run('helm4', ['template', 'komodor-port', CHART, ...args], {
    stdin: JSON.stringify(contextOf(path)),
  });
  if (code !== 0) throw new Error(stderr);
  return stdout.split('\n').filter((line) => !line.includes('checksum/'));
}

/** Lines of `a` that `b` has not. */
function onlyIn(a: readonly string[], b: readonly string[]): readonly string[] {
  const rest = [...b];
  return a.filter((line) => {
    const index = rest.indexOf(line);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

describeWith(['helm4'], 'a value that is false or 0 is honoured', () => {
  const leaves = LEAVES.filter(({ path }) => !ELSEWHERE.includes(path));
  const switches = leaves.filter(({ value }) => typeof value === 'boolean');
  it.each(switches)('$path: false', async ({ path }) => {
    const [off, on] = await Promise.all([renderWith(path, false), renderWith(path, true)]);
    expect(off).not.toEqual(on);
  });

  const numbers = leaves.filter(({ value }) => typeof value === 'number');
  it.each(numbers)('$path: 0', async ({ path }) => {
    const [none, some] = await Promise.all([renderWith(path, 0), renderWith(path, 7)]);
    expect(onlyIn(none, some).join('\n')).toMatch(/: "?0"?$/m);
    expect(onlyIn(some, none).join('\n')).toMatch(/: "?7"?$/m);
  });

  it('knows every switch and number of values.yaml', () => {
    expect(LEAVES.length).toBeGreaterThan(50);
  });
});
