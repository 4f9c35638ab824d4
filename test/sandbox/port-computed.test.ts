import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPort, type PortClient } from './port-client.ts';

const COUNT = { calculationBy: 'entities', func: 'count' };
const thing = (identifier: string, relations: object, properties = {}) => ({
  identifier,
  title: identifier,
  schema: { properties },
  relations,
});
/** A cost of a service, of which each stands in a cluster; a fault happens in a cluster and may touch a service. */
const BLUEPRINTS = [
  thing('cluster', {}),
  thing('app', { cluster: { target: 'cluster' } }, { cost: { type: 'number' }, status: { type: 'string' } }),
  thing(
    'fault',
    { app: { target: 'app' }, others: { target: 'app', many: true }, cluster: { target: 'cluster' } },
    { weight: { type: 'number' }, open: { type: 'boolean' }, at: { type: 'string', format: 'date-time' } },
  ),
];
const ofFault = (path: string) => ({
  title: 'N',
  target: 'fault',
  pathFilter: [{ path: [path], fromBlueprint: 'fault' }],
});
const by = (func: string) => ({
  ...ofFault('app'),
  calculationSpec: { calculationBy: 'property', func, property: 'weight' },
});

describe('what the Port stand-in computes', () => {
  let client: PortClient;
  beforeAll(async () => {
    client = await openPort({ initial: { blueprints: BLUEPRINTS } });
    const { store } = client.port;
    const put = (
      blueprint: string,
      identifier: string,
      properties: object,
      relations: Record<string, string | string[]>,
    ) => store.putEntity({ blueprint, identifier, properties: { ...properties }, relations });
    put('cluster', 'prod', {}, {});
    put('app', 'shop', { cost: 3, status: 'bad' }, { cluster: 'prod' });
    put('app', 'mail', { cost: 4, status: 'good' }, { cluster: 'prod' });
    put('fault', 'f1', { weight: 5, open: true, at: new Date().toISOString() }, { app: 'shop', cluster: 'prod' });
    put(
      'fault',
      'f2',
      { weight: 1, open: false, at: '2020-01-01T00:00:00Z' },
      { app: 'shop', others: ['mail'], cluster: 'prod' },
    );
    put('fault', 'f3', { weight: 9, open: true }, { cluster: 'prod' });
  });
  afterAll(() => client.port.close());

  /** The values of one aggregation of `app`, for both entities. */
  async function computed(section: object): Promise<unknown> {
    const none = { aggregationProperties: {}, mirrorProperties: {} };
    const patched = await client.send('PATCH', '/blueprints/app', { ...none, ...section });
    expect(patched.status, JSON.stringify(patched.body)).toBe(200);
    const { body } = await client.send('POST', '/blueprints/app/entities/search', { include: ['n', '$identifier'] });
    return Array.isArray(body.entities) ? body.entities.map(({ properties }) => properties.n) : body;
  }

  it.each([
    ['a count along a path', { ...ofFault('app'), calculationSpec: COUNT }, [2, 0]],
    ['a count along a relation to many', { ...ofFault('others'), calculationSpec: COUNT }, [0, 1]],
    [
      'a count over all paths, the one over the cluster too',
      { title: 'N', target: 'fault', calculationSpec: COUNT },
      [3, 3],
    ],
    [
      'a count of what a query finds',
      {
        ...ofFault('app'),
        calculationSpec: COUNT,
        query: { combinator: 'and', rules: [{ property: 'open', operator: '=', value: true }] },
      },
      [1, 0],
    ],
    [
      'a count of the last week',
      {
        ...ofFault('app'),
        calculationSpec: COUNT,
        query: { combinator: 'and', rules: [{ property: 'at', operator: 'between', value: { preset: 'lastWeek' } }] },
      },
      [1, 0],
    ],
    ['a sum', by('sum'), [6, 0]],
    ['a least', by('min'), [1, undefined]],
    ['a most', by('max'), [5, undefined]],
    ['a middle', by('median'), [3, undefined]],
    [
      'a count along two relations of its own',
      { title: 'N', target: 'cluster', calculationSpec: COUNT, pathFilter: [{ path: ['cluster'] }] },
      [1, 1],
    ],
  ])('%s', async (_, n, values) => {
    expect(await computed({ aggregationProperties: { n } })).toEqual(values);
  });

  it('a mirror', async () => {
    expect(await computed({ mirrorProperties: { n: { path: 'cluster.$title' } } })).toEqual(['prod', 'prod']);
  });

  it('is shown with an entity, not where it is not wanted, and never kept', async () => {
    await computed({ aggregationProperties: { n: { ...ofFault('app'), calculationSpec: COUNT } } });
    const { body } = await client.send('GET', '/blueprints/app/entities/shop');
    expect(body).toMatchObject({ entity: { properties: { cost: 3, n: 2 } } });
    const rules = { combinator: 'and', rules: [{ property: '$blueprint', operator: '=', value: 'app' }] };
    const without = await client.send('POST', '/entities/search?exclude_calculated_properties=true', rules);
    expect(JSON.stringify(without.body)).not.toContain('"n"');
    expect(JSON.stringify(client.port.store.snapshot())).not.toContain('"n"');
  });

  it('cannot be written', async () => {
    await computed({ aggregationProperties: { n: { ...ofFault('app'), calculationSpec: COUNT } } });
    const entities = [{ identifier: 'shop', properties: { n: 7 } }, { identifier: 'mail' }];
    const { status, body } = await client.send('POST', '/blueprints/app/entities/bulk?upsert=true&merge=true', {
      entities,
    });
    expect([status, body.errors]).toEqual([207, [expect.objectContaining({ index: 0, statusCode: 422 })]]);
  });
});
