import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { startPort } from '../../src/sandbox/port/server.ts';
import { documentOf, expectReadableFailure, runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rbac-'));
const CREDENTIALS = { clientId: 'port-client', clientSecret: 'port-secret' };
let port: Awaited<ReturnType<typeof startPort>>;
beforeAll(async () => {
  port = await startPort(CREDENTIALS);
});
afterAll(async () => {
  await port.close();
  rmSync(folder, { recursive: true });
});

const entry = (kind: string, selector: object = {}) => ({
  ...{ kind, selector: { query: 'true', ...selector } },
  port: { entity: { mappings: { identifier: '.metadata.name', blueprint: '"x"' } } },
});

function fileWith(name: string, ...resources: readonly object[]): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ resources }));
  return path;
}

const kindsIn = (yaml: string) => parseAllDocuments(yaml).map((document) => document.get('kind'));

describe.concurrent('rbac', () => {
  it('prints what kubectl applies: a ClusterRole, and Roles where every entry names namespaces', async () => {
    const file = fileWith('both.json', entry('apps/v1/Deployment'), entry('v1/pods', { namespaces: ['a'] }));
    const { code, stdout, stderr } = await runCli(['rbac', '--mapping', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^# What .*both\.json needs to read a cluster/);
    expect(kindsIn(stdout)).toEqual(['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding']);
    expect(stdout).not.toMatch(/create|update|patch|delete|\*/);
  });

  it('prints one List with --json, for the account that is named', async () => {
    const file = fileWith('one.json', entry('v1/nodes'));
    const account = ['--namespace', 'tools', '--service-account', 'catalog'];
    const outcome = await runCli(['rbac', '--mapping', file, ...account, '--json']);
    const rule = { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] };
    expect(documentOf(outcome)).toMatchObject({
      ...{ apiVersion: 'v1', kind: 'List' },
      items: [
        { kind: 'ClusterRole', metadata: { name: 'tools-catalog' }, rules: [rule] },
        { kind: 'ClusterRoleBinding', subjects: [{ name: 'catalog', namespace: 'tools' }] },
      ],
    });
  });

  it('adds what writing back needs, only when it is asked to', async () => {
    const file = fileWith('entities.json', entry('getport.io/v1/Entity'));
    const [without, with_] = await Promise.all([
      runCli(['rbac', '--mapping', file]),
      runCli(['rbac', '--mapping', file, '--write-back']),
    ]);
    expect(without.stdout).not.toMatch(/patch|events/);
    expect(with_.stdout).toMatch(/entities\/status\n +verbs:\n +- patch\n/);
    expect(with_.stdout).toMatch(/events\n +verbs:\n +- create\n +- patch\n/);
  });

  it('prints nothing on stdout, and says why, when nothing is read from a cluster', async () => {
    const file = fileWith('none.json', entry('komodorService'));
    const { code, stdout, stderr } = await runCli(['rbac', '--mapping', file]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/none\.json reads nothing from a cluster, so no rights are needed/);
    const outcome = await runCli(['rbac', '--mapping', file, '--json']);
    expect(documentOf(outcome)).toEqual({ apiVersion: 'v1', kind: 'List', items: [] });
  });

  it('asks for no right to entities that come from a folder', async () => {
    const file = fileWith('folder.json', entry('getport.io/v1/Entity'), entry('v1/pods'));
    const { stdout } = await runCli(['rbac', '--mapping', file], { env: { CATALOG_PATH: folder } });
    expect(stdout).toContain('- pods');
    expect(stdout).not.toContain('getport.io');
  });

  it('takes the mapping in Port, as a resync does', async () => {
    const resources = [entry('batch/v1/cronjobs')];
    await fill(port.url, { resources });
    // The cluster that the service reads is out of reach from here.
    const env = { ...account(port.url), KUBERNETES: 'in-cluster' };
    const { code, stdout, stderr } = await runCli(['rbac'], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain("# What Port's integration in-port needs");
    expect(stdout).toContain('- cronjobs');
  });

  it('takes that of the files, and says so, where Port is not to be had', async () => {
    const MAPPING_PATH = fileWith('files.json', entry('v1/services'));
    const away = await runCli(['rbac'], {
      env: { ...account('http://127.0.0.1:9'), MAPPING_PATH, RETRY_ATTEMPTS: '1' },
    });
    expect(away.stderr).toContain('The mapping in Port could not be read, so that of the files is used');
    expect(away.stdout).toContain('- services');
    const none = await runCli(['rbac'], { env: { MAPPING_PATH } });
    expect(none.stderr).toContain('PORT_CLIENT_ID and PORT_CLIENT_SECRET are not set');
    expect(none.stdout).toContain('- services');
  });

  it('refuses a mapping that is no mapping', async () => {
    const file = join(folder, 'broken.yaml');
    writeFileSync(file, 'resources: [');
    expectReadableFailure(await runCli(['rbac', '--mapping', file]));
  });
});

const account = (url: string) => ({
  ...{ PORT_BASE_URL: url, PORT_CLIENT_ID: CREDENTIALS.clientId, PORT_CLIENT_SECRET: CREDENTIALS.clientSecret },
  INTEGRATION_IDENTIFIER: 'in-port',
});

/** Makes an integration with this mapping. */
async function fill(url: string, config: object): Promise<void> {
  const call = async (path: string, body: object, token = '') => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const { accessToken } = Object(await call('/auth/access_token', CREDENTIALS));
  const about = { installationId: 'in-port', installationAppType: 'komodor', version: '1', changelogDestination: {} };
  await call('/integration', { ...about, config }, accessToken);
}
