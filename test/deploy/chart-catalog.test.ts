import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { containerOf, dataOf, find, kindsOf, podOf, refusal } from './chart.ts';
import { type Manifest, template } from './manifests.ts';
import { describeWith } from './tools.ts';

const REPOSITORY = 'https://git.example.com/catalog';
const gitSync = (more: object = {}, catalog: object = {}) => ({
  catalog: { enabled: true, gitSync: { enabled: true, repository: REPOSITORY, ...more }, ...catalog },
});
const files = (text: string) => ({ catalog: { enabled: true, files: { 'a.yaml': text } } });

const mount = z.looseObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().default(false) });
const syncing = z.looseObject({
  name: z.literal('git-sync'),
  image: z.string(),
  args: z.array(z.string()),
  env: z.array(z.looseObject({ name: z.string() })).default([]),
  securityContext: z.looseObject({}),
  resources: z.looseObject({ requests: z.looseObject({}), limits: z.looseObject({}) }),
  volumeMounts: z.array(mount),
});
const spec = z.looseObject({
  initContainers: z.array(z.looseObject({ name: z.string() })).default([]),
  containers: z.array(z.looseObject({ name: z.string() })),
  volumes: z.array(z.looseObject({ name: z.string() })),
});

/** The container that copies the repository, and where it stands. */
function syncIn(manifests: readonly Manifest[], kind = 'Deployment', name = 'komodor-port') {
  const { initContainers, containers, volumes } = spec.parse(podOf(find(manifests, kind, name))?.spec);
  const isSync = (one: { readonly name: string }) => one.name === 'git-sync';
  const found = [...initContainers, ...containers].filter(isSync).map((one) => syncing.parse(one));
  return { found, isInit: initContainers.some(isSync), volumes };
}

function theSync(manifests: readonly Manifest[], kind = 'Deployment', name = 'komodor-port') {
  const { found, ...rest } = syncIn(manifests, kind, name);
  const [sync, ...others] = found;
  if (sync === undefined || others.length > 0) throw new Error(`${found.length} containers copy`);
  return { sync, ...rest };
}

const pathOf = (manifests: readonly Manifest[]) => dataOf(manifests, 'ConfigMap').CATALOG_PATH;

describeWith(['helm4'], 'a folder of manifests', () => {
  it('is not there by default, nor when only its parts are given', async () => {
    const parts = { catalog: { ...gitSync().catalog, ...files('x').catalog } };
    const off = { catalog: { ...parts.catalog, enabled: false } };
    for (const values of [{}, off]) {
      const manifests = await template({ values });
      expect(pathOf(manifests)).toBeUndefined();
      expect(JSON.stringify(manifests)).not.toMatch(/git-sync|"catalog"/);
    }
  });

  it.each([
    ['of the values', files('x'), '/etc/komodor-port/catalog'],
    ['of a ConfigMap', { catalog: { enabled: true, existingConfigMap: 'mine' } }, '/etc/komodor-port/catalog'],
    ['of a repository', gitSync(), '/etc/komodor-port/catalog/current'],
    ['in a repository', gitSync({}, { path: 'a/b/' }), '/etc/komodor-port/catalog/current/a/b'],
    ['of a volume', { catalog: { enabled: true, path: '/mine/here' } }, '/mine/here'],
  ])('%s is where the service looks', async (_, values, path) => {
    const manifests = await template({ values });
    expect(pathOf(manifests)).toBe(path);
    const mounts = containerOf(manifests).volumeMounts.filter(({ name }) => name === 'catalog');
    const isOfChart = path.startsWith('/etc/');
    expect(mounts).toEqual(
      isOfChart ? [{ name: 'catalog', mountPath: '/etc/komodor-port/catalog', readOnly: true }] : [],
    );
  });

  it('of the values restarts nothing when a manifest changes: the service sees it', async () => {
    const [a, b] = await Promise.all([template({ values: files('a') }), template({ values: files('b') })]);
    expect(podOf(find(a, 'Deployment'))).toEqual(podOf(find(b, 'Deployment')));
    expect(dataOf(b, 'ConfigMap', 'komodor-port-catalog')).toEqual({ 'a.yaml': 'b' });
    expect(kindsOf(await template({ values: gitSync() }))).not.toContain('ConfigMap/komodor-port-catalog');
  });

  it.each([
    [{ catalog: { enabled: true } }, /where are the manifests\? Set catalog.gitSync.enabled/],
    [gitSync({ repository: '' }), /which repository\?/],
    [gitSync({ repository: 'https://me:secret@git.example.com/x' }), /catalog.gitSync.secret.name/],
    [gitSync({}, { existingConfigMap: 'x' }), /catalog.existingConfigMap and catalog.gitSync.enabled are both set/],
    [gitSync({}, { path: '/x' }), /catalog.gitSync.enabled and catalog.path/],
  ])('%o is refused', async (values, words) => {
    await expect(template({ values })).rejects.toThrow(words);
  });

  it.each([
    ['catalog.configMap.name=x', 'Use catalog.existingConfigMap'],
    ['catalog.gitSync.branch=x', 'Use catalog.gitSync.ref'],
    ['catalog.gitSync.repo=x', 'Use catalog.gitSync.repository'],
    ['gitSync.enabled=true', 'Use catalog.gitSync'],
    ['catalog.enable=true', 'Use catalog.enabled'],
    ['catalog.gitSync.period=often', 'period'],
  ])('%s is refused, with the right name', async (given, words) => {
    expect(await refusal('helm4', '--set', given)).toContain(words);
  });
});

describeWith(['helm4'], 'the container that copies a repository', () => {
  it('is a user of its own that writes to its volumes only, and never ends by itself', async () => {
    const { sync, isInit, volumes } = theSync(await template({ values: gitSync({ ref: 'v1', period: '1m' }) }));
    expect(isInit).toBe(false);
    expect(sync.args).toEqual([
      ...[`--repo=${REPOSITORY}`, '--ref=v1', '--root=/git', '--link=current', '--submodules=off'],
      ...['--period=1m', '--max-failures=-1'],
    ]);
    expect(sync.securityContext).toEqual({
      ...{ runAsUser: 65533, runAsGroup: 65533, readOnlyRootFilesystem: true },
      ...{ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    });
    expect(sync.volumeMounts).toEqual([
      { name: 'catalog', mountPath: '/git', readOnly: false },
      { name: 'git-sync-tmp', mountPath: '/tmp', readOnly: false },
    ]);
    for (const name of ['catalog', 'git-sync-tmp']) expect(volumes).toContainEqual({ name, emptyDir: {} });
  });

  it('ends with the first copy, before the service begins, in a pod that ends itself', async () => {
    const cron = { workload: { kind: 'CronJob' } };
    const hook = { resyncHook: { onInstall: true } };
    const jobs = await Promise.all([
      template({ values: { ...gitSync(), ...cron } }).then((all) => theSync(all, 'CronJob', 'komodor-port-resync')),
      template({ values: { ...gitSync(), ...hook } }).then((all) => theSync(all, 'Job', 'komodor-port-resync-hook')),
    ]);
    for (const { sync, isInit } of jobs) {
      expect(isInit).toBe(true);
      expect(sync.args).toEqual(expect.arrayContaining(['--one-time', '--max-failures=3']));
      expect(sync.args.join(' ')).not.toContain('--period');
    }
  });

  it('is in every pod of the service, and in no other', async () => {
    const values = { ...gitSync(), redis: { enabled: true }, roles: { worker: { enabled: true } } };
    const manifests = await template({ values });
    const has = (kind: string, name: string) => syncIn(manifests, kind, name).found.length;
    expect(has('Deployment', 'komodor-port')).toBe(1);
    expect(has('Deployment', 'komodor-port-worker')).toBe(1);
    for (const { kind } of manifests.filter((one) => ['StatefulSet', 'Pod'].includes(one.kind)))
      expect(JSON.stringify(find(manifests, kind))).not.toContain('git-sync');
  });

  it('takes a password by a file, so that it is in no argument and in no variable', async () => {
    const { sync, volumes } = theSync(await template({ values: gitSync({ secret: { name: 'git' } }) }));
    expect(sync.args).toContain('--password-file=/etc/git-secret/password');
    expect(sync.env).toEqual([
      { name: 'GITSYNC_USERNAME', valueFrom: { secretKeyRef: { name: 'git', key: 'username' } } },
    ]);
    expect(volumes).toContainEqual({ name: 'git-secret', secret: { secretName: 'git', defaultMode: 0o444 } });
  });

  it.each(['ssh://git@git.example.com/x', 'git@git.example.com:x.git'])('takes a key for %s', async (repository) => {
    const { sync } = theSync(await template({ values: gitSync({ repository, secret: { name: 'git' } }) }));
    expect(sync.env).toEqual([]);
    expect(sync.args).toEqual(
      expect.arrayContaining([
        '--ssh-key-file=/etc/git-secret/identity',
        '--ssh-known-hosts-file=/etc/git-secret/known_hosts',
      ]),
    );
    expect(sync.volumeMounts).toContainEqual({ name: 'git-secret', mountPath: '/etc/git-secret', readOnly: true });
  });

  it('gets no token of Kubernetes, though the service does', async () => {
    const manifests = await template({ values: { ...gitSync(), kubernetes: { enabled: true } } });
    const { sync, volumes } = theSync(manifests);
    const path = '/var/run/secrets/kubernetes.io/serviceaccount';
    // Admission mounts the token where nothing is mounted yet.
    expect(sync.volumeMounts).toContainEqual({ name: 'no-token', mountPath: path, readOnly: true });
    expect(volumes).toContainEqual({ name: 'no-token', emptyDir: {} });
    expect(JSON.stringify(containerOf(manifests))).not.toContain('no-token');
  });
});

describe('the way out', () => {
  const portsFor = async (values: object) => {
    const manifests = await template({ values: { networkPolicy: { enabled: true }, ...values } });
    return JSON.stringify(find(manifests, 'NetworkPolicy', 'komodor-port').spec);
  };

  describeWith(['helm4'], 'of a network policy', () => {
    it.each([
      ['https://git.example.com/x', '"port":443'],
      ['https://git.example.com:8443/x', '"port":8443'],
      ['http://git.example.com/x', '"port":80,'],
      ['ssh://git@git.example.com/x', '"port":22,'],
      ['ssh://git@git.example.com:2222/x', '"port":2222'],
      ['git@git.example.com:x/y.git', '"port":22,'],
    ])('has the port of %s', async (repository, words) => {
      expect(await portsFor(gitSync({ repository }))).toContain(words);
    });

    it('has that of the API server, when the cluster is read', async () => {
      expect(await portsFor({ kubernetes: { enabled: true } })).toContain('"port":6443');
      expect(await portsFor({})).not.toContain('6443');
    });
  });
});
