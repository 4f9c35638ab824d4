import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { buildOverlay } from '../deploy/kustomize.ts';
import { type Manifest, parseManifests, template } from '../deploy/manifests.ts';
import { ROOT } from '../deploy/tools.ts';
import { type Caller, isAllowed, resourcesOf, type ServerResource } from './allowed.ts';
import { Api } from './api.ts';
import { established } from './definitions.ts';
import { describeLab, mustOnCluster, Namespace, onCluster } from './lab.ts';
import { until } from './processes.ts';

const READ = ['get', 'list', 'watch'];
const ALL_VERBS = [...READ, 'create', 'update', 'patch', 'delete', 'deletecollection'];
/** What every account may ask about itself (system:basic-user). */
const ABOUT_ITSELF = [
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authentication.k8s.io/selfsubjectreviews',
];

const entry = (kind: string, namespaces: readonly string[] = []) => ({
  ...{ kind, selector: { query: 'true', namespaces } },
  port: { entity: { mappings: { identifier: '.metadata.name', blueprint: '"x"' } } },
});

/** `resource verb` that is expected, in the whole cluster or in a namespace. */
interface Expected {
  readonly everywhere: readonly string[];
  readonly inNamespace?: readonly string[];
}
const reading = (...resources: readonly string[]) => resources.flatMap((name) => READ.map((verb) => `${name} ${verb}`));
const NOTHING: Expected = { everywhere: [] };

describeLab('an account with the rights that a mapping needs', () => {
  let resources: readonly ServerResource[];
  beforeAll(async () => {
    await mustOnCluster('kubectl', ['apply', '--server-side', '-k', join(ROOT, 'deploy/catalog/crds')]);
    await established('entities.getport.io', 'clusterentities.getport.io');
    const token = await mustOnCluster('kubectl', [
      'config',
      'view',
      '--raw',
      '--output',
      'jsonpath={.users[0].user.token}',
    ]);
    const admin = new Api({ ...inject('lab'), token });
    resources = await until('the resources of entities', async () => {
      const found = await resourcesOf(admin);
      return found.some(({ name }) => name === 'getport.io/entities/status') ? found : undefined;
    });
    admin.close();
  });

  async function callerOf(namespace: Namespace): Promise<Caller> {
    const token = await namespace.must('kubectl', ['create', 'token', 'komodor-port', '--duration=10m']);
    return { ...inject('lab'), token: token.trim() };
  }

  /** Every verb on every resource of the server, as the account: what it may do, and nothing besides. */
  async function expectExactly(namespace: Namespace, expected: Expected): Promise<void> {
    const caller = await callerOf(namespace);
    // Rules take effect a moment after they are there.
    await until('the rights', async () => {
      const [first] = [...expected.everywhere, ...(expected.inNamespace ?? [])];
      if (first === undefined) return true;
      const [name, verb = ''] = first.split(' ');
      const [resource] = resources.filter((each) => each.name === name);
      return resource && (await isAllowed(caller, resource, verb, namespace.name)) ? true : undefined;
    });
    const may = async (place?: string) => {
      const found: string[] = [];
      for (const resource of resources.filter(({ name }) => !ABOUT_ITSELF.includes(name))) {
        const verbs = ALL_VERBS.filter((verb) => resource.verbs.includes(verb));
        const allowed = await Promise.all(verbs.map((verb) => isAllowed(caller, resource, verb, place)));
        found.push(...verbs.filter((_, index) => allowed[index]).map((verb) => `${resource.name} ${verb}`));
      }
      return [...new Set(found)].toSorted();
    };
    // In no namespace, an object that lies in one cannot be named.
    const namespaced = new Set(resources.filter((each) => each.namespaced).map(({ name }) => name));
    const whole = expected.everywhere.filter((one) => {
      const [name = '', verb = ''] = one.split(' ');
      return !namespaced.has(name) || ['list', 'watch', 'create'].includes(verb);
    });
    expect((await may()).filter((one) => whole.includes(one) || !expected.everywhere.includes(one))).toEqual(
      whole.toSorted(),
    );
    expect(await may(namespace.name)).toEqual([...expected.everywhere, ...(expected.inNamespace ?? [])].toSorted());
  }

  async function give(namespace: Namespace, manifests: readonly Manifest[]): Promise<void> {
    const rights = manifests.filter(({ kind }) => /Role(Binding)?$|^ServiceAccount$/.test(kind));
    await namespace.apply(...rights);
  }

  async function printed(namespace: Namespace, mapping: object, ...flags: readonly string[]) {
    const file = join(inject('lab').directory, `${namespace.name}.json`);
    await writeFile(file, JSON.stringify(mapping));
    const { code, stdout, stderr } = await runCli(['rbac', '--mapping', file, '--namespace', namespace.name, ...flags]);
    expect(code, stderr).toBe(0);
    return parseManifests(stdout);
  }

  describe('of komodor-port rbac', () => {
    it('may read what the mapping names, and nothing else', async () => {
      const namespace = await Namespace.create('rbac-printed');
      await namespace.must('kubectl', ['create', 'serviceaccount', 'komodor-port']);
      await expectExactly(namespace, NOTHING);
      const kinds = ['v1/Node', 'apps/v1/deployments', 'getport.io/v1/Entity', 'getport.io/v1/clusterentities'];
      const resources = [...kinds.map((kind) => entry(kind)), entry('v1/pods', [namespace.name])];
      await give(namespace, await printed(namespace, { resources }));
      await expectExactly(namespace, {
        everywhere: reading('/nodes', 'apps/deployments', 'getport.io/entities', 'getport.io/clusterentities'),
        inNamespace: [...reading('/pods'), '/namespaces get'],
      });
    });

    it('with --write-back may also write events, and the status of entities', async () => {
      const namespace = await Namespace.create('rbac-write-back');
      await namespace.must('kubectl', ['create', 'serviceaccount', 'komodor-port']);
      const resources = [entry('getport.io/v1/entities', [namespace.name])];
      await give(namespace, await printed(namespace, { resources }, '--write-back'));
      await expectExactly(namespace, {
        everywhere: [],
        inNamespace: [
          ...reading('getport.io/entities'),
          ...['getport.io/entities/status patch', '/events create', '/events patch', '/namespaces get'],
        ],
      });
    });
  });

  it('of the chart may read what its values name, and nothing else', async () => {
    const namespace = await Namespace.create('rbac-chart');
    const kubernetes = { enabled: true, clusterName: 'lab', writeBack: true, rbac: { extraKinds: ['v1/configmaps'] } };
    const files = {
      'a.yaml': { resources: [entry('getport.io/v1/ClusterEntity'), entry('v1/pods', [namespace.name])] },
    };
    const values = { kubernetes, mapping: { files } };
    await give(namespace, await template({ namespace: namespace.name, values }));
    await expectExactly(namespace, {
      everywhere: [
        ...reading('/configmaps', 'getport.io/clusterentities'),
        ...['getport.io/clusterentities/status patch', '/events create', '/events patch'],
      ],
      inNamespace: [...reading('/pods'), '/namespaces get'],
    });
  });

  it('of Kustomize may read what its add-ons name, and nothing else', async () => {
    const namespace = await Namespace.create('rbac-kustomize');
    const rest = { namespace: namespace.name, namePrefix: '' };
    await give(namespace, await buildOverlay({ components: ['kubernetes'], rest }));
    const workloads = ['apps/deployments', 'apps/statefulsets', 'apps/daemonsets', 'batch/jobs', 'batch/cronjobs'];
    await expectExactly(namespace, {
      everywhere: reading('/namespaces', '/nodes', ...workloads, 'getport.io/entities', 'getport.io/clusterentities'),
    });
    await mustOnCluster('kubectl', ['delete', 'clusterrole,clusterrolebinding', 'komodor-port']);
  });

  it('by hand would be noticed with a right too many', async () => {
    const namespace = await Namespace.create('rbac-too-many');
    await namespace.must('kubectl', ['create', 'serviceaccount', 'komodor-port']);
    const account = `--serviceaccount=${namespace.name}:komodor-port`;
    await namespace.must('kubectl', ['create', 'role', 'more', '--verb=delete', '--resource=pods']);
    await namespace.must('kubectl', ['create', 'rolebinding', 'more', '--role=more', account]);
    const [pods] = resources.filter(({ name }) => name === '/pods');
    const caller = await callerOf(namespace);
    await until(
      'the right',
      async () => (pods && (await isAllowed(caller, pods, 'delete', namespace.name))) || undefined,
    );
    await expect(expectExactly(namespace, NOTHING)).rejects.toThrow('/pods delete');
    expect((await onCluster('kubectl', ['get', 'clusterrole', 'rbac-too-many'])).code).not.toBe(0);
  });
});
