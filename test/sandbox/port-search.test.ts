import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PortClient, PortResponse } from './port-client.ts';
import { openPort } from './port-client.ts';

const OURS = 'port-ocean/komodor/1.0.0/mine/exporter';
const OTHERS = 'port-ocean/komodor/1.0.0/theirs/exporter';

let client: PortClient;
beforeAll(async () => {
  client = await openPort();
  const { store } = client.port;
  store.putEntity({
    blueprint: 'service',
    identifier: 'api',
    title: 'The API',
    team: ['core'],
    properties: { replicas: 2, tags: ['x', 'y'] },
    datasource: OURS,
  });
  store.putEntity({
    blueprint: 'service',
    identifier: 'web',
    properties: { replicas: 5, status: 'healthy' },
    datasource: OTHERS,
  });
  store.putEntity({
    blueprint: 'risk',
    identifier: 'r1',
    properties: { severity: 'high' },
    relations: { service: 'api', others: ['web', 'api'] },
    datasource: OURS,
  });
  store.putEntity({ blueprint: 'risk', identifier: 'r2', properties: { severity: 'low' }, datasource: OURS });
  store.putEntity({ blueprint: 'pod', identifier: 'p1', relations: { service: 'web' }, datasource: OTHERS });
});
afterAll(() => client.port.close());

function entitiesOf(answer: PortResponse): Record<string, unknown>[] {
  expect(answer.status).toBe(200);
  return Array.isArray(answer.body.entities) ? answer.body.entities : [];
}

async function found(rule: object): Promise<unknown[]> {
  const answer = await client.send('POST', '/entities/search?include=identifier', { combinator: 'and', rules: [rule] });
  return entitiesOf(answer).map(({ identifier }) => identifier);
}

describe('search rules', () => {
  it.each<[object, string[]]>([
    [{ property: '$identifier', operator: '=', value: 'api' }, ['api']],
    [{ property: '$identifier', operator: 'in', value: ['r2', 'api', 'no'] }, ['api', 'r2']],
    [{ property: '$identifier', operator: 'notIn', value: ['api', 'web'] }, ['r1', 'r2', 'p1']],
    [{ property: '$blueprint', operator: '!=', value: 'service' }, ['r1', 'r2', 'p1']],
    [{ property: '$title', operator: 'contains', value: 'API' }, ['api']],
    [{ property: '$team', operator: 'contains', value: 'core' }, ['api']],
    [{ property: '$datasource', operator: 'contains', value: '/mine/exporter' }, ['api', 'r1', 'r2']],
    [{ property: '$datasource', operator: 'beginsWith', value: 'port-ocean/' }, ['api', 'web', 'r1', 'r2', 'p1']],
    [{ property: '$datasource', operator: 'endsWith', value: 'theirs/exporter' }, ['web', 'p1']],
    [{ property: 'replicas', operator: '>', value: 2 }, ['web']],
    [{ property: 'replicas', operator: '<=', value: 2 }, ['api']],
    [{ property: 'replicas', operator: 'between', value: { from: 1, to: 3 } }, ['api']],
    [{ property: 'tags', operator: 'containsAny', value: ['y', 'z'] }, ['api']],
    [{ property: 'severity', operator: 'in', value: ['high', 'low'] }, ['r1', 'r2']],
    [{ property: 'status', operator: 'isNotEmpty' }, ['web']],
    [{ property: 'status', operator: '=', value: null }, ['api', 'r1', 'r2', 'p1']],
    [{ property: 'service', operator: '=', value: 'api' }, ['r1']],
    [{ property: 'others', operator: 'contains', value: 'web' }, ['r1']],
    [{ property: 'service', operator: 'isEmpty' }, ['api', 'web', 'r2']],
    [{ operator: 'relatedTo', blueprint: 'service', value: 'web' }, ['r1', 'p1']],
    [{ operator: 'relatedTo', blueprint: 'service', value: 'web', required: true }, ['p1']],
    [{ operator: 'relatedTo', blueprint: 'risk', value: 'r1', direction: 'downstream' }, ['api', 'web']],
    [{ operator: 'relatedTo', blueprint: 'risk', value: 'r1', direction: 'upstream' }, []],
    [
      {
        combinator: 'or',
        rules: [
          { property: '$identifier', operator: '=', value: 'api' },
          { combinator: 'and', rules: [{ property: 'severity', operator: '=', value: 'low' }] },
        ],
      },
      ['api', 'r2'],
    ],
  ])('%j', async (rule, identifiers) => {
    expect(await found(rule)).toEqual(identifiers);
  });
});

describe('chosen fields', () => {
  const search = async (body: object): Promise<Record<string, unknown>[]> =>
    entitiesOf(await client.send('POST', '/blueprints/risk/entities/search', body));

  it('shows everything but the datasource when nothing is chosen', async () => {
    const [first] = await search({});
    expect(Object.keys(first ?? {}).sort()).toEqual(
      [
        'identifier',
        'title',
        'icon',
        'team',
        'blueprint',
        'createdAt',
        'createdBy',
        'updatedAt',
        'updatedBy',
        'properties',
        'relations',
      ].sort(),
    );
  });

  it('includes meta, properties and relations by bare name and ignores other names', async () => {
    expect(await search({ include: ['$identifier', 'severity', 'service', 'nothing', '$nothing'] })).toEqual([
      { identifier: 'r1', properties: { severity: 'high' }, relations: { service: 'api' } },
      { identifier: 'r2', properties: { severity: 'low' }, relations: {} },
    ]);
  });

  it('excludes', async () => {
    const [first] = await search({ exclude: ['$team', 'severity'] });
    expect(first).toMatchObject({ identifier: 'r1', properties: {} });
    expect(first).not.toHaveProperty('team');
  });

  it('spells fields with dots in the unpaged search', async () => {
    const query =
      'exclude_calculated_properties=true&include=blueprint&include=properties.severity&include=relations.service';
    const answer = await client.send('POST', `/entities/search?${query}`, {
      combinator: 'and',
      rules: [{ property: '$identifier', operator: '=', value: 'r1' }],
    });
    expect(answer.body).toMatchObject({ matchingBlueprints: ['risk'] });
    expect(entitiesOf(answer)).toEqual([
      { blueprint: 'risk', properties: { severity: 'high' }, relations: { service: 'api' } },
    ]);
  });
});

describe('listing by datasource', () => {
  const ask = { datasource_prefix: 'port-ocean/komodor/', datasource_suffix: '/mine/exporter' };

  it('walks over all blueprints, page by page', async () => {
    const seen: unknown[] = [];
    let from: unknown;
    do {
      const body = { ...ask, limit: 1, ...(from !== undefined && { from }) };
      const answer = await client.send('POST', '/blueprints/entities/datasource-entities', body);
      seen.push(...entitiesOf(answer).map(({ blueprint, identifier }) => `${blueprint}/${identifier}`));
      from = answer.body.next;
    } while (from !== undefined);
    expect(seen).toEqual(['service/api', 'risk/r1', 'risk/r2']);
  });

  it('leaves out what changed since', async () => {
    const body = { ...ask, before: '2020-01-01T00:00:00.000Z' };
    expect(entitiesOf(await client.send('POST', '/blueprints/entities/datasource-entities', body))).toEqual([]);
  });

  it('counts the last writer as the owner', async () => {
    const service = '/blueprints/service/entities?upsert=true&merge=true';
    await client.send('POST', service, { identifier: 'moved' }, { 'user-agent': OURS });
    expect(client.port.store.entity('service', 'moved')?.datasource).toBe(OURS);
    await client.send('POST', service, { identifier: 'moved' }, { 'user-agent': OTHERS });
    expect(client.port.store.entity('service', 'moved')?.datasource).toBe(OTHERS);
    client.port.store.dropEntity('service', 'moved');
  });
});

describe('pages', () => {
  it('hand out every entity once, in order, whatever the page size, and whatever is deleted on the way', async () => {
    const paged = await openPort();
    const { store } = paged.port;
    for (let index = 0; index < 57; index += 1) store.putEntity({ blueprint: 'service', identifier: `s${index}` });
    const all = store.entitiesOf('service').map(({ identifier }) => identifier);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.boolean(), async (limit, deleteSeen) => {
        for (const identifier of all) store.dropEntity('service', identifier);
        for (const identifier of all) store.putEntity({ blueprint: 'service', identifier });
        const seen: unknown[] = [];
        let from: unknown;
        do {
          const body = { limit, include: ['$identifier'], ...(from !== undefined && { from }) };
          const answer = await paged.send('POST', '/blueprints/service/entities/search', body);
          const page = entitiesOf(answer).map(({ identifier }) => String(identifier));
          expect(page.length).toBeLessThanOrEqual(limit);
          seen.push(...page);
          if (deleteSeen) for (const identifier of page) store.dropEntity('service', identifier);
          from = answer.body.next;
        } while (from !== undefined);
        expect(seen).toEqual(all);
      }),
      { numRuns: 20 },
    );
    await paged.port.close();
  });
});
