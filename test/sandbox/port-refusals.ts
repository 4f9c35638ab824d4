const upsert = '?upsert=true&merge=true';
const ofService = '/blueprints/service/entities';
const good = { identifier: 'a', properties: {} };
const items = (count: number): unknown[] => Array.from({ length: count }, (_, index) => ({ identifier: `i${index}` }));

/** A request that the API refuses, and how. */
export interface Refused {
  readonly name: string;
  readonly send: readonly [method: string, path: string, body?: unknown];
  readonly status: number;
  readonly error: string;
  readonly message?: string | RegExp;
}

/** What is refused when entities are written or deleted, one by one and in bulk. */
export const ENTITY_REFUSALS: readonly Refused[] = [
  // One entity
  {
    name: 'an entity of no blueprint',
    send: ['POST', '/blueprints/nope/entities', good],
    status: 404,
    error: 'not_found',
  },
  {
    name: 'a space in an identifier',
    send: ['POST', ofService, { identifier: 'a b' }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'an identifier of dots',
    send: ['POST', ofService, { identifier: '..' }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'an identifier of 1001 characters',
    send: ['POST', ofService, { identifier: 'a'.repeat(1001) }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'an identifier that is a number',
    send: ['POST', ofService, { identifier: 7 }],
    status: 422,
    error: 'invalid_request',
    message: '"identifier" must be string',
  },
  {
    name: 'a title that is a number',
    send: ['POST', ofService, { ...good, title: 1 }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'a relation to a bad identifier',
    send: ['POST', '/blueprints/risk/entities', { ...good, relations: { service: 'a b' } }],
    status: 422,
    error: 'invalid_request',
  },
  ...(
    [
      ['status', 'broken'],
      ['replicas', '3'],
      ['replicas', -1],
      ['live', 'yes'],
      ['labels', []],
      ['tags', 'one'],
      ['tags', [1]],
      ['link', 'example'],
      ['deployedAt', 1700000000],
      ['deployedAt', '21.02.2025'],
      ['deployedAt', '2025-02-21'],
    ] as const
  ).map(
    ([property, value]): Refused => ({
      name: `${property} = ${JSON.stringify(value)}`,
      send: ['POST', ofService, { identifier: 'a', properties: { [property]: value } }],
      status: 422,
      error: 'blueprint_schema_mismatch',
    }),
  ),
  {
    name: 'a required property that is missing',
    send: ['POST', '/blueprints/risk/entities', good],
    status: 422,
    error: 'blueprint_schema_mismatch',
  },
  {
    name: 'a required property that is null',
    send: ['POST', '/blueprints/risk/entities', { identifier: 'a', properties: { severity: null } }],
    status: 422,
    error: 'blueprint_schema_mismatch',
  },
  {
    name: 'a required relation that is missing',
    send: ['POST', '/blueprints/pod/entities', good],
    status: 422,
    error: 'required_relation',
  },
  {
    name: 'a relation to nothing',
    send: ['POST', '/blueprints/pod/entities', { ...good, relations: { service: 'gone' } }],
    status: 404,
    error: 'not_found',
    message: 'Entity with identifier "gone" does not exist in the blueprint "service"',
  },
  {
    name: 'two targets of a single relation',
    send: ['POST', '/blueprints/pod/entities', { ...good, relations: { service: ['a', 'b'] } }],
    status: 422,
    error: 'relation_many_violation',
  },
  {
    name: 'a search identifier that finds nothing',
    send: [
      'POST',
      `${ofService}${upsert}`,
      { identifier: { combinator: 'and', rules: [{ property: 'status', operator: '=', value: 'healthy' }] } },
    ],
    status: 404,
    error: 'not_found',
  },
  {
    name: 'a search identifier with another operator',
    send: [
      'POST',
      `${ofService}${upsert}`,
      { identifier: { combinator: 'and', rules: [{ property: 'status', operator: '!=', value: 'healthy' }] } },
    ],
    status: 422,
    error: 'invalid_request',
  },
  { name: 'a PUT of what is not there', send: ['PUT', `${ofService}/nope`, good], status: 404, error: 'not_found' },
  { name: 'a PATCH of what is not there', send: ['PATCH', `${ofService}/nope`, {}], status: 404, error: 'not_found' },
  // Bulks: all refused as a whole
  {
    name: 'a bulk of none',
    send: ['POST', `${ofService}/bulk`, { entities: [] }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'a bulk of 21',
    send: ['POST', `${ofService}/bulk`, { entities: items(21) }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'a bulk with another key',
    send: ['POST', `${ofService}/bulk`, { entities: items(1), merge: true }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'a bulk with one bad identifier',
    send: ['POST', `${ofService}/bulk${upsert}`, { entities: [...items(19), { identifier: 'prod (eu)' }] }],
    status: 422,
    error: 'invalid_request',
    message: /^"entities\.19\.identifier" must match pattern/,
  },
  {
    name: 'a bulk of no blueprint',
    send: ['POST', '/blueprints/nope/entities/bulk', { entities: items(1) }],
    status: 404,
    error: 'not_found',
  },
  {
    name: 'a deletion of 101',
    send: ['POST', '/blueprints/service/bulk/entities/delete', { entities: Array(101).fill('a') }],
    status: 422,
    error: 'invalid_request',
  },
  {
    name: 'a deletion of one that is not there',
    send: ['DELETE', `${ofService}/nope`],
    status: 404,
    error: 'not_found',
  },
];
