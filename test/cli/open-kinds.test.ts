import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandIns, startStandIns } from '../../src/cli/stand-ins.ts';
import { documentOf, expectReadableFailure, runCli } from './run-cli.ts';

const DEPLOYMENTS = 'apps/v1/deployments';
const folder = mkdtempSync(join(tmpdir(), 'open-kinds-'));
const mapping = join(folder, 'mapping.yaml');
const blueprints = join(folder, 'blueprints.yaml');
let standIns: StandIns;

beforeAll(async () => {
  writeFileSync(
    mapping,
    `entityDeletionThreshold: 0.3
createMissingRelatedEntities: false
resources:
  - kind: Apps/V1/Deployment
    selector: { query: 'true' }
    port:
      entity:
        mappings:
          identifier: '[env.CLUSTER_NAME, .metadata.namespace, .metadata.name] | join("-")'
          blueprint: '"workload"'
          title: .metadata.name
          properties: { replicas: .spec.replicas }
`,
  );
  writeFileSync(
    blueprints,
    '[{ identifier: workload, title: Workload, schema: { properties: { replicas: { type: number, title: Replicas } }, required: [] } }]',
  );
  standIns = await startStandIns({
    ...{ seed: 1, services: 20, risksPerService: 1, clusters: 1, latencyMs: 0, faults: [] },
    ...{ komodorPort: 0, portPort: 0, kubernetesPort: 0 },
  });
});

afterAll(async () => {
  await standIns.close();
  rmSync(folder, { recursive: true });
});

function run(args: readonly string[], more: { readonly [name: string]: string } = {}, stdin = '') {
  const files = { MAPPING_PATH: mapping, BLUEPRINTS_PATH: blueprints, MAPPING_SOURCE: 'file' };
  const env = { ...standIns.environment, ...files, INTEGRATION_IDENTIFIER: 'open-kinds', ...more };
  return runCli(args, { env, meanwhile: async (child) => void child.stdin?.end(stdin) });
}

describe('a kind with slashes in its name', () => {
  it('is read from the cluster, and reported to Port under its one name', async () => {
    const outcome = await run(['resync', '--kind', 'apps/v1/Deployment', '--json']);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(documentOf(outcome)).toMatchObject({
      status: 'completed',
      kinds: [{ kind: DEPLOYMENTS, complete: true }],
      requests: { komodor: 0, kubernetes: expect.any(Number) },
    });
    const examples = standIns.port.store.integrations.examples('open-kinds');
    expect([...examples.keys()]).toEqual([DEPLOYMENTS]);
    const parts = standIns.port.log.filter(
      ({ path }) => path.includes('/syncMetrics/resync/') && path.includes('/kind/'),
    );
    expect(parts.map(({ path }) => decodeURIComponent(path.split('/kind/')[1] ?? ''))).toContain(`${DEPLOYMENTS}-0`);
  });

  it('is refused with the setting that it needs, and its entities stay', async () => {
    const asked = await run(['resync', '--kind', 'v1/Pod'], { KUBERNETES: 'off' });
    expectReadableFailure(asked);
    expect(asked.stderr).toContain('--kind v1/pods is read from a cluster: set KUBERNETES');
    const whole = await run(['resync', '--json'], { KUBERNETES: 'off' });
    expect(whole.code).toBe(1);
    expect(whole.stdout).toContain(`${DEPLOYMENTS} is read from a cluster: set KUBERNETES`);
    expect(standIns.port.store.entitiesOf('workload').length).toBeGreaterThan(0);
  });

  it.each(['lint', 'validate'])('is taken by %s without a cluster', async (command) => {
    const outcome = await run([command], { KUBERNETES: 'off' });
    expect(outcome.code, outcome.stdout).toBe(0);
  });

  it('is one of two sources for manifests when both settings are there, as lint says', async () => {
    const { stdout } = await run(['lint'], { CATALOG_PATH: folder });
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('CATALOG_PATH and KUBERNETES are both set');
  });
});

describe('map', () => {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'shop', name: 'cart' },
    spec: { replicas: 3 },
  };
  const list = { apiVersion: 'v1', kind: 'List', items: [object] };

  it.each([
    ['what kubectl prints', list],
    ['one object', object],
    ['an array', [object]],
  ])('maps %s', async (_what, document) => {
    const outcome = await run(
      ['map', '--kind', 'apps/v1/Deployment', '--mapping', mapping, '--json'],
      {},
      JSON.stringify(document),
    );
    expect(outcome.code, outcome.stderr).toBe(0);
    const entity = { identifier: 'production-eu-shop-cart', properties: { replicas: 3 } };
    expect(documentOf(outcome)).toMatchObject({
      kind: DEPLOYMENTS,
      items: [{ label: 'Deployment shop/cart', rows: [{ result: 'entity', entity }] }],
    });
  });

  it.each([
    ['says which kind fits', [], list, `looks like --kind ${DEPLOYMENTS}`],
    [
      'refuses another kind',
      ['--kind', 'v1/pods'],
      list,
      `holds ${DEPLOYMENTS}, by its apiVersion and kind, and not v1/pods`,
    ],
  ])('%s', async (_what, args, document, told) => {
    const outcome = await run(['map', ...args], {}, JSON.stringify(document));
    expectReadableFailure(outcome);
    expect(outcome.stderr).toContain(told);
  });
});
