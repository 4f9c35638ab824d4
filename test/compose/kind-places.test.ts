import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { offlineKinds } from '../../src/compose/kinds.ts';
import { orderFields, recordOf } from '../../src/queue/run-record.ts';
import { mapRequestSchema } from '../../src/server/mapping-schemas.ts';
import { changeNoticeSchema, runOrPlanSchema, runRequestSchema } from '../../src/server/run-schemas.ts';

const KIND = 'apps/v1/deployments';

describe('a kind with slashes in its name', () => {
  const kinds = offlineKinds();

  it.each([
    ['POST /v1/runs', runOrPlanSchema(kinds), { kinds: ['Apps/V1/Deployment'] }, { kinds: [KIND] }],
    ['POST /resync', runRequestSchema(kinds), { kinds: ['apps/v1/deployment'] }, { kinds: [KIND] }],
    ['POST /webhooks/resync', changeNoticeSchema(kinds), { kinds: [KIND] }, { kinds: [KIND] }],
    ['POST /v1/map', mapRequestSchema(kinds), { kind: 'apps/v1/Deployment', items: [] }, { kind: KIND, items: [] }],
  ])('has any spelling in %s', (_route, schema, body, parsed) => expect(schema.parse(body)).toMatchObject(parsed));

  it('comes out of the hash of a run as it went in', () => {
    const order = { mode: 'resync', trigger: 'http', kinds: [KIND, 'v1/pods'], approveDeletions: [] } as const;
    const fields = orderFields(order);
    const hash = Object.fromEntries(fields.map((name) => [name, '1']));
    const requestedAt = '2026-01-01T00:00:00.000Z';
    const record = recordOf('r', { ...hash, mode: 'resync', trigger: 'http', requestedAt, state: 'queued' });
    expect(record?.order.kinds).toEqual([KIND, 'v1/pods']);
  });
});

describe('messages of the engine', () => {
  /** What is Komodor's alone. */
  const OF_KOMODOR = [/^ {2}komodor_\w+: /];

  it('name the system of the kind, and not Komodor whatever it is', () => {
    const folder = join(import.meta.dirname, '../../src/core');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const found = files.flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((line) => /Komodor/.test(line) && !/^\s*(\/\/|\/?\*)/.test(line))
        .filter((line) => !OF_KOMODOR.some((pattern) => pattern.test(line)))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(files.length).toBeGreaterThan(60);
    expect(found).toEqual([]);
  });
});
