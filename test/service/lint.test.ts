import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { documentOf, runCli } from '../cli/run-cli.ts';
import { temporaryFile } from '../lint/support.ts';
import { it } from './stage.ts';

const SHIPPED = readFileSync(new URL('../../mappings/komodor.yaml', import.meta.url), 'utf8');
const BROKEN = SHIPPED.replace('| values | todate', '| todate').replace(
  'severity: .severity',
  'seriousness: .severity',
);
const BLUEPRINTS = [
  {
    identifier: 'thing',
    title: 'Thing',
    schema: { properties: { a: { type: 'string' } } },
    relations: { of: { target: 'things' } },
  },
];
const ITEMS = {
  komodorService: [{ kind: 'Deployment', cluster: 'prod', namespace: 'shop', service: 'cart', status: 'healthy' }],
};

interface Lint {
  readonly findings: readonly { readonly code: string; readonly file: string | null; readonly line: number | null }[];
}

/** Findings without their file: a mapping in a body has none. */
function unfiled({ findings }: Lint) {
  return findings.map(({ file: _, ...finding }) => finding);
}

describe.concurrent('POST /v1/lint', () => {
  it('finds what the command finds: in the mapping in use, and in a given one, with its lines', async ({ open }) => {
    const stage = await open();
    const service = await stage.service({ EVENT_LISTENER: 'WEBHOOKS_ONLY' });
    const lint = async (body: object) => {
      const answer = await service.call('POST', '/v1/lint', body);
      expect(answer.status, answer.text).toBe(200);
      return JSON.parse(answer.text);
    };
    const live = await runCli(['lint', '--samples', 'live', '--json'], { env: stage.env });
    expect(await lint({ samples: 'live' })).toEqual(documentOf(live));

    const mapping = temporaryFile('mine.yaml', BROKEN);
    const items = temporaryFile('items.json', JSON.stringify(ITEMS));
    const args = ['lint', '--json', '--mapping', mapping, '--samples', items];
    const command = documentOf(await runCli(args, { env: stage.env }));
    const route = await lint({ mapping: BROKEN, samples: ITEMS });
    expect(unfiled(route)).toEqual(unfiled(command));
    expect(route.findings.map(({ code }: { code: string }) => code)).toEqual(['null_unguarded', 'property_undeclared']);
    expect(route.findings.every(({ line, file }: Lint['findings'][number]) => line !== null && file === null)).toBe(
      true,
    );
  });

  it('checks given blueprints, and asks Port for nothing then', async ({ open }) => {
    const stage = await open();
    const service = await stage.service({ EVENT_LISTENER: 'WEBHOOKS_ONLY', PORT_BASE_URL: 'http://127.0.0.1:9' });
    const resources = [
      {
        kind: 'komodorService',
        selector: { query: 'true' },
        port: { entity: { mappings: { identifier: '.service', blueprint: '"thing"', properties: { b: '.kind' } } } },
      },
    ];
    const mapping = { resources, entityDeletionThreshold: 0.3, createMissingRelatedEntities: false };
    const answer = await service.call('POST', '/v1/lint', { mapping, blueprints: BLUEPRINTS });
    expect(answer.status, answer.text).toBe(200);
    const { status, findings } = JSON.parse(answer.text);
    expect(status).toBe('failed');
    expect(findings.map(({ code }: { code: string }) => code).sort()).toEqual([
      'property_undeclared',
      'relation_target_unknown',
    ]);
    const unasked = await service.call('POST', '/v1/lint', {});
    expect([unasked.status, JSON.parse(unasked.text).code]).toEqual([503, 'port_unavailable']);
  });

  it('says of a mapping that cannot be read where, and refuses samples that are none', async ({ open }) => {
    const service = await (await open()).service({ EVENT_LISTENER: 'WEBHOOKS_ONLY' });
    const broken = await service.call('POST', '/v1/lint', {
      mapping: 'resources:\n  - kind: [',
      blueprints: BLUEPRINTS,
    });
    expect(JSON.parse(broken.text)).toMatchObject({ status: 'failed' });
    expect(JSON.parse(broken.text).findings).toContainEqual(
      expect.objectContaining({ code: 'mapping_file_invalid', severity: 'error', line: 2 }),
    );
    for (const body of [{ samples: [1] }, { samples: 'sandbox' }, { mapping: 5 }, { blueprints: [5] }, { more: 1 }]) {
      const answer = await service.call('POST', '/v1/lint', body);
      expect([answer.status, JSON.parse(answer.text).code], JSON.stringify(body)).toEqual([400, 'invalid_request']);
    }
    const open401 = await service.call('POST', '/v1/lint', {}, { authorization: 'Bearer wrong' });
    expect(open401.status).toBe(401);
  });
});
