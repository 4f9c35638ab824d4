import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPUTED_REFUSALS } from './computed-refusals.ts';
import { BLUEPRINTS, openPort, type PortClient, RISK, SERVICE } from './port-client.ts';
import { ENTITY_REFUSALS, type Refused } from './port-refusals.ts';

const ofService = '/blueprints/service/entities';
const schema = { properties: {} };

/** Everything that is refused; no row may change the catalog. */
const ROWS: readonly Refused[] = [
  // Routes
  { name: 'no such route', send: ['GET', '/nothing'], status: 404, error: 'not_found' },
  { name: 'a body that is no JSON', send: ['POST', ofService, '{"identifier":'], status: 400, error: 'bad_request' },
  {
    name: 'more than 1 MiB',
    send: ['POST', ofService, { identifier: 'a', title: 'x'.repeat(1024 * 1024) }],
    status: 413,
    error: 'bad_request',
    message: 'Request body is too large (limit is 1MiB)',
  },
  // Blueprints
  {
    name: 'a blueprint that is not there',
    send: ['GET', '/blueprints/nope'],
    status: 404,
    error: 'not_found',
    message: 'Blueprint with identifier "nope" was not found',
  },
  { name: 'a blueprint that is', send: ['POST', '/blueprints', SERVICE], status: 409, error: 'identifier_taken' },
  {
    name: 'a blueprint without schema',
    send: ['POST', '/blueprints', { identifier: 'b', title: 'B' }],
    status: 422,
    error: 'invalid_request',
    message: '"schema" must be object',
  },
  {
    name: 'a blueprint identifier with =',
    send: ['POST', '/blueprints', { identifier: 'a=b', title: 'B', schema }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'a property of an unknown type',
    send: ['POST', '/blueprints', { identifier: 'b', title: 'B', schema: { properties: { p: { type: 'text' } } } }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'a relation to a blueprint that is not there',
    send: ['POST', '/blueprints', { identifier: 'b', title: 'B', schema, relations: { r: { target: 'nope' } } }],
    status: 404,
    error: 'not_found',
    message: 'Blueprint with identifier "nope" was not found',
  },
  {
    name: 'a relation that is many and required',
    send: [
      'POST',
      '/blueprints',
      { identifier: 'b', title: 'B', schema, relations: { r: { target: 'service', many: true, required: true } } },
    ],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'a system blueprint',
    send: ['POST', '/blueprints', { identifier: '_mine', title: 'B', schema }],
    status: 422,
    error: 'protected_resource',
  },
  {
    name: 'a change of type',
    send: ['PATCH', '/blueprints/risk', { schema: { properties: { severity: { type: 'number' } } } }],
    status: 422,
    error: 'forbidden_type_change',
  },
  {
    name: 'a change of format',
    send: ['PATCH', '/blueprints/risk', { schema: { properties: { severity: { type: 'string', format: 'url' } } } }],
    status: 422,
    error: 'forbidden_format_change',
  },
  {
    name: 'a patched schema without properties',
    send: ['PATCH', '/blueprints/risk', { schema: { required: [] } }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'a replacement without title',
    send: ['PUT', '/blueprints/risk', { schema }],
    status: 422,
    error: 'invalid_request',
    message: '"title" must be string',
  },
  {
    name: 'deleting a blueprint that others point at',
    send: ['DELETE', '/blueprints/service'],
    status: 403,
    error: 'has_dependents',
  },
  ...COMPUTED_REFUSALS,
  ...ENTITY_REFUSALS,
  // Searches
  {
    name: 'a search with another key',
    send: ['POST', `${ofService}/search`, { size: 3 }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'a page of 1001',
    send: ['POST', `${ofService}/search`, { limit: 1001 }],
    status: 422,
    error: 'invalid_request',
  },
  { name: 'a page of 0', send: ['POST', `${ofService}/search`, { limit: 0 }], status: 422, error: 'invalid_request' },
  {
    name: 'a made-up cursor',
    send: ['POST', `${ofService}/search`, { from: 'x' }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'an unknown operator',
    send: [
      'POST',
      '/entities/search',
      { combinator: 'and', rules: [{ property: '$title', operator: 'is', value: 1 }] },
    ],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'a search without rules',
    send: ['POST', '/entities/search', { combinator: 'and' }],
    status: 422,
    error: 'invalid_request',
  },
  // Integration
  { name: 'an integration that is not there', send: ['GET', '/integration/nope'], status: 404, error: 'not_found' },
  {
    name: 'an integration without its type',
    send: ['POST', '/integration', { installationId: 'x' }],
    status: 422,
    error: 'invalid_request',
    message: '"installationAppType" must be string',
  },
];

describe('what the Port stand-in refuses', () => {
  let client: PortClient;
  beforeAll(async () => {
    client = await openPort();
  });
  afterAll(() => client.port.close());

  it.each(ROWS)('$name -> $status $error', async ({ send: [method, path, body], status, error, message }) => {
    const answer = await client.send(method, path, body);
    expect(answer).toMatchObject({ status, body: { ok: false, error } });
    if (message !== undefined) expect(answer.body.message).toMatch(message);
  });

  it('has changed nothing by all that', () => {
    expect(client.port.store.snapshot()).toEqual({ pod: [], risk: [], service: [] });
    expect(client.port.store.blueprints().map(({ identifier }) => identifier)).toEqual(
      BLUEPRINTS.map(({ identifier }) => identifier),
    );
    expect(client.port.store.blueprint('risk')?.schema).toMatchObject(RISK.schema);
  });

  it('takes undeclared properties by default and ignores undeclared relations', async () => {
    const answer = await client.send('POST', ofService, {
      identifier: 'u',
      properties: { extra: 1 },
      relations: { no: 'x' },
    });
    expect(answer.status).toBe(201);
    expect(client.port.store.entity('service', 'u')).toMatchObject({ properties: { extra: 1 }, relations: {} });
  });

  it('refuses undeclared properties when told to be strict', async () => {
    const strict = await openPort({ strictProperties: true });
    const answer = await strict.send('POST', ofService, { identifier: 'u', properties: { extra: 1 } });
    await strict.port.close();
    expect(answer).toMatchObject({ status: 422, body: { error: 'blueprint_schema_mismatch' } });
  });
});
