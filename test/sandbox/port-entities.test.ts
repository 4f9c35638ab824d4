import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPort, type PortClient } from './port-client.ts';

let client: PortClient;
beforeEach(async () => {
  client = await openPort();
});
afterEach(() => client.port.close());

const full = {
  identifier: 'api',
  title: 'API',
  icon: 'Komodor',
  team: ['core'],
  properties: { status: 'healthy', replicas: 2, labels: { app: 'api' } },
};
const services = '/blueprints/service/entities';
const risks = '/blueprints/risk/entities';

describe('writing one entity', () => {
  it('creates it with 201 and updates it with 200', async () => {
    expect(await client.send('POST', services, full)).toMatchObject({
      status: 201,
      body: { ok: true, entity: { ...full, blueprint: 'service', createdBy: 'id' } },
    });
    expect((await client.send('POST', `${services}?upsert=true`, full)).status).toBe(200);
  });

  it('refuses an identifier that is taken unless it is an upsert', async () => {
    await client.send('POST', services, full);
    expect(await client.send('POST', services, full)).toMatchObject({
      status: 409,
      body: { error: 'identifier_taken' },
    });
  });

  it('overrides without merge: what was not sent is gone', async () => {
    await client.send('POST', services, full);
    await client.send('POST', `${services}?upsert=true`, { identifier: 'api', properties: { replicas: 3 } });
    expect(client.port.store.entity('service', 'api')).toMatchObject({ title: 'api', icon: null, team: [] });
    expect(client.port.store.entity('service', 'api')?.properties).toEqual({ replicas: 3 });
  });

  it('merges with merge: what was not sent stays, null clears, objects are replaced', async () => {
    await client.send('POST', services, full);
    await client.send('POST', `${services}?upsert=true&merge=true`, {
      identifier: 'api',
      properties: { replicas: null, labels: { tier: 'web' }, live: true },
    });
    expect(client.port.store.entity('service', 'api')).toMatchObject({ title: 'API', icon: 'Komodor', team: ['core'] });
    expect(client.port.store.entity('service', 'api')?.properties).toEqual({
      status: 'healthy',
      labels: { tier: 'web' },
      live: true,
    });
  });

  it('writes nothing when only validating', async () => {
    await client.send('POST', `${services}?validation_only=true&upsert=true`, full);
    expect(client.port.store.entitiesOf('service')).toEqual([]);
  });

  it('names an entity that came without an identifier', async () => {
    await client.send('POST', services, { title: 'nameless' });
    expect(client.port.store.entitiesOf('service')).toMatchObject([{ title: 'nameless' }]);
  });

  it('finds the entity that a search identifier means, and refuses two', async () => {
    const identifier = { combinator: 'and', rules: [{ property: 'status', operator: '=', value: 'healthy' }] };
    await client.send('POST', services, full);
    await client.send('POST', `${services}?upsert=true&merge=true`, { identifier, properties: { replicas: 9 } });
    expect(client.port.store.entity('service', 'api')?.properties.replicas).toBe(9);
    client.port.store.putEntity({ blueprint: 'service', identifier: 'twin', properties: { status: 'healthy' } });
    expect((await client.send('POST', `${services}?upsert=true&merge=true`, { identifier })).status).toBe(422);
  });

  it('replaces by PUT, merges by PATCH, renames by PATCH and takes relations along', async () => {
    await client.send('POST', services, { ...full, identifier: 'a/b:c' });
    client.port.store.putEntity({
      blueprint: 'risk',
      identifier: 'r',
      properties: { severity: 'high' },
      relations: { service: 'a/b:c', others: ['a/b:c'] },
    });
    const path = `${services}/${encodeURIComponent('a/b:c')}`;
    await client.send('PUT', path, { properties: { live: true } });
    await client.send('PATCH', path, { identifier: 'new', properties: { replicas: 1 } });
    expect(client.port.store.entity('service', 'new')?.properties).toEqual({ live: true, replicas: 1 });
    expect(client.port.store.entity('service', 'a/b:c')).toBeUndefined();
    expect(client.port.store.entity('risk', 'r')?.relations).toEqual({ service: 'new', others: ['new'] });
    expect((await client.send('PATCH', `${services}/new`, { blueprint: 'service' })).status).toBe(422);
  });
});

describe('renaming', () => {
  it('follows an entity that points at itself', async () => {
    const { store } = client.port;
    store.putBlueprint({
      identifier: 'node',
      title: 'Node',
      schema: { properties: {} },
      relations: { next: { target: 'node' } },
    });
    store.putEntity({ blueprint: 'node', identifier: 'n', relations: { next: 'n' } });
    const answer = await client.send('PATCH', '/blueprints/node/entities/n', { identifier: 'm' });
    expect(answer.body).toMatchObject({ entity: { identifier: 'm', relations: { next: 'm' } } });
    expect(store.entitiesOf('node')).toHaveLength(1);
    store.putEntity({ blueprint: 'node', identifier: 'taken' });
    expect((await client.send('PATCH', '/blueprints/node/entities/m', { identifier: 'taken' })).status).toBe(409);
  });
});

describe('relations', () => {
  const risk = (relations: object): object => ({ identifier: 'r', properties: { severity: 'high' }, relations });
  const stored = (): object | undefined => client.port.store.entity('risk', 'r')?.relations;

  beforeEach(() => {
    for (const identifier of ['a', 'b']) {
      client.port.store.putEntity({ blueprint: 'service', identifier, properties: { status: 'healthy' } });
    }
  });

  it.each([
    ['one', { service: 'a' }, { service: 'a' }],
    ['a list of one for a single relation', { service: ['a'] }, { service: 'a' }],
    ['many', { others: ['a', 'b'] }, { others: ['a', 'b'] }],
    ['one for a many relation', { others: 'b' }, { others: ['b'] }],
    ['none', { service: null, others: [] }, {}],
    [
      'a search',
      { service: { combinator: 'and', rules: [{ property: '$identifier', operator: '=', value: 'b' }] } },
      { service: 'b' },
    ],
    [
      'a search for many',
      { others: { combinator: 'and', rules: [{ property: 'status', operator: 'in', value: ['healthy'] }] } },
      { others: ['a', 'b'] },
    ],
    [
      'a search that finds nothing',
      { service: { combinator: 'and', rules: [{ property: '$title', operator: '=', value: 'z' }] } },
      {},
    ],
  ])('keeps %s', async (_name, sent, kept) => {
    expect((await client.send('POST', risks, risk(sent))).status).toBe(201);
    expect(stored()).toEqual(kept);
  });

  it('merges relation by relation, and null clears', async () => {
    await client.send('POST', risks, risk({ service: 'a', others: ['b'] }));
    await client.send('POST', `${risks}?upsert=true&merge=true`, risk({ service: null }));
    expect(stored()).toEqual({ others: ['b'] });
  });

  it('creates missing targets bare when asked to', async () => {
    await client.send('POST', `${risks}?create_missing_related_entities=true`, risk({ service: 'new' }));
    expect(client.port.store.entity('service', 'new')).toMatchObject({
      title: 'new',
      properties: {},
      datasource: 'test/1',
    });
    expect(stored()).toEqual({ service: 'new' });
  });
});

describe('bulks', () => {
  it('answers 200 with one entry per item, telling created from updated', async () => {
    client.port.store.putEntity({ blueprint: 'service', identifier: 'b' });
    const entities = [{ identifier: 'a' }, { identifier: 'b' }];
    expect(await client.send('POST', `${services}/bulk?upsert=true&merge=true`, { entities })).toMatchObject({
      status: 200,
      body: {
        entities: [
          { identifier: 'a', index: 0, created: true },
          { identifier: 'b', index: 1, created: false },
        ],
        errors: [],
      },
    });
  });

  it('answers 207 when items fail, each by itself, with the index of each', async () => {
    const identifier = { combinator: 'and', rules: [{ property: '$title', operator: '=', value: 'nothing' }] };
    const entities = [
      { identifier: 'r0', properties: { severity: 'low' } },
      { identifier: 'r1', properties: { severity: 'low' }, relations: { service: 'Deployment-x-y-z' } },
      { identifier: 'r2', properties: { severity: 7 } },
      { identifier, properties: { severity: 'low' } },
      { identifier: 'r4', properties: { severity: 'low' } },
    ];
    const answer = await client.send('POST', `${risks}/bulk?upsert=true&merge=true`, { entities });
    expect(answer.status).toBe(207);
    expect(answer.body).toMatchObject({
      entities: [
        { identifier: 'r0', index: 0 },
        { identifier: 'r4', index: 4 },
      ],
      errors: [
        {
          identifier: 'r1',
          index: 1,
          statusCode: 404,
          error: 'not_found',
          message: 'Entity with identifier "Deployment-x-y-z" does not exist in the blueprint "service"',
        },
        { identifier: 'r2', index: 2, statusCode: 422, error: 'blueprint_schema_mismatch' },
        { identifier: 'unknown', index: 3, statusCode: 404 },
      ],
    });
  });

  it('refuses taken identifiers item by item when it is no upsert', async () => {
    client.port.store.putEntity({ blueprint: 'service', identifier: 'b' });
    const answer = await client.send('POST', `${services}/bulk`, {
      entities: [{ identifier: 'a' }, { identifier: 'b' }],
    });
    expect(answer).toMatchObject({ status: 207, body: { errors: [{ index: 1, statusCode: 409 }] } });
  });

  it('keeps awkward property names as plain data', async () => {
    const body = '{"entities":[{"identifier":"a","properties":{"__proto__":{"x":1},"constructor":"c"}}]}';
    await client.send('POST', `${services}/bulk?upsert=true`, body);
    const { properties } = client.port.store.entity('service', 'a') ?? { properties: {} };
    expect(Object.keys(properties).sort()).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(properties)).toBe(Object.prototype);
  });
});
