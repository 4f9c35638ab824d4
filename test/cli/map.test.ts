import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { KOMODOR_KINDS } from '../../src/komodor/kinds.ts';
import { documentOf, expectReadableFailure, runCli } from './run-cli.ts';

const SHIPPED = fileURLToPath(new URL('../../mappings', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'map-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SERVICE = { kind: 'Deployment', cluster: 'prod', namespace: 'shop', service: 'cart', status: 'healthy' };

function fileWith(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function mappingWith(name: string, fields: string): string {
  const text = `resources:
  - kind: komodorService
    selector: { query: 'true' }
    port: { entity: { mappings: { identifier: .service, blueprint: '"komodorService"', ${fields} } } }
`;
  return fileWith(name, text);
}

/** Runs `map` with this text on stdin. */
function map(args: readonly string[], stdin = '', env: { readonly [name: string]: string } = {}) {
  return runCli(['map', ...args], { env, meanwhile: async (child) => void child.stdin?.end(stdin) });
}

describe.concurrent('map', () => {
  it.each([
    ['one item', SERVICE],
    ['a list', [SERVICE]],
    ["an answer of Komodor's API", { data: { services: [SERVICE] }, meta: {} }],
  ])('maps %s from stdin, without network', async (_, document) => {
    const args = ['--kind', 'komodorService', '--mapping', SHIPPED];
    const outcome = await map([...args, '--json'], JSON.stringify(document));
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(documentOf(outcome)).toMatchObject({
      kind: 'komodorService',
      mapping: join(SHIPPED, 'komodor.yaml'),
      items: [
        {
          label: 'Deployment/prod/shop/cart',
          rows: [{ result: 'entity', entity: { identifier: 'Deployment-prod-shop-cart' } }],
        },
      ],
    });
  });

  it('shows people the entity, and each expression with its value', async () => {
    const file = fileWith('service.json', JSON.stringify(SERVICE));
    const { code, stdout } = await map([file, '--kind', 'komodorService', '--mapping', SHIPPED]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/properties\.status +healthy +\.status/);
    expect(stdout).toContain('identifier: Deployment-prod-shop-cart');
  });

  it('ends with 2 and says why, where and on which input a field failed', async () => {
    const mapping = mappingWith('failing.yaml', 'title: .labels.team | ascii_upcase');
    const outcome = await map(['--kind', 'komodorService', '--mapping', mapping], JSON.stringify(SERVICE));
    expect(outcome.code).toBe(2);
    expect(outcome.stdout).toMatch(/title +failed/);
    expect(outcome.stdout).toContain('.labels.team was null');
    expect(outcome.stdout).toContain('1 field failed');
  });

  it('ends with 2 when nothing maps the kind, and names the add-on that does', async () => {
    const mapping = mappingWith('one.yaml', 'title: .service');
    const outcome = await map(['--kind', 'komodorIssue', '--mapping', mapping], '{}');
    expect(outcome.code).toBe(2);
    expect(outcome.stdout).toContain('ADD_ONS=issues');
  });

  it('uses the add-ons that are on, and the cluster that was asked', async () => {
    const args = ['--kind', 'komodorIssue', '--mapping', SHIPPED, '--cluster', 'prod', '--json'];
    const outcome = await map(args, '{"type":"availability","startTime":1,"summary":"s"}', { ADD_ONS: 'issues' });
    expect(outcome.code).toBe(0);
    expect(documentOf(outcome).items[0].rows[0].entity.properties).toMatchObject({ cluster_name: 'prod' });
  });

  it('shows only what another mapping makes different', async () => {
    const [first, second] = [mappingWith('a.yaml', 'title: .service'), mappingWith('b.yaml', 'title: .kind')];
    const other = { ...SERVICE, service: 'Deployment' };
    const args = ['--kind', 'komodorService', '--mapping', first, '--diff', second];
    const outcome = await map([...args, '--json'], JSON.stringify([SERVICE, other]));
    expect(outcome.code).toBe(0);
    expect(documentOf(outcome).items).toEqual([
      {
        label: 'Deployment/prod/shop/cart',
        changes: [
          {
            action: 'update',
            blueprint: 'komodorService',
            identifier: 'cart',
            fields: { title: { from: 'cart', to: 'Deployment' } },
          },
        ],
        problems: [],
      },
    ]);
    expect((await map(args, JSON.stringify([SERVICE, other]))).stdout).toContain('title  cart -> Deployment');
  });

  it('uses the mapping of the files without credentials, and says so', async () => {
    const outcome = await map(['--kind', 'komodorService', '--json'], JSON.stringify(SERVICE));
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(documentOf(outcome).problems).toEqual([expect.stringContaining('PORT_CLIENT_ID')]);
    expect(documentOf(outcome).mapping).toContain('mappings');
  });

  it.each([
    ['an unknown kind', ['--kind', 'komodorServise'], '{}', 'did you mean komodorService'],
    ['no kind', [], '{}', KOMODOR_KINDS.join(', ')],
    ['no kind for an answer of one kind', [], '{"violations":[]}', '--kind komodorHealthMonitoring'],
    [
      'the answer of another kind',
      ['--kind', 'komodorIssue'],
      '{"data":{"services":[]}}',
      'komodorService (data.services)',
    ],
    ['half a JSON', ['--kind', 'komodorService'], '{"data":\n {"a":', '(2:7)'],
    ['a wrong comma', ['--kind', 'komodorService'], '[1,\n2,]', '(2:3)'],
    ['nothing', ['--kind', 'komodorService'], ' ', 'stdin is empty'],
    ['no such file', ['none.json', '--kind', 'komodorService'], '', 'none.json cannot be read'],
    ['no such mapping', ['--kind', 'komodorService', '--mapping', 'none.yaml'], '{}', 'none.yaml cannot be read'],
  ])('refuses %s', async (_, args, stdin, told) => {
    const outcome = await map(args, stdin);
    expectReadableFailure(outcome);
    expect(outcome.stderr).toContain(told);
  });
});
