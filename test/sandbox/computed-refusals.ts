import type { Refused } from './port-refusals.ts';

const COUNT = { calculationBy: 'entities', func: 'count' };
const risks = { title: 'Risks', target: 'risk', calculationSpec: COUNT };

function refused(name: string, patch: object, message?: string | RegExp): Refused {
  const send = ['PATCH', '/blueprints/service', patch] as const;
  return { name, send, status: 422, error: 'invalid_request', ...(message !== undefined && { message }) };
}

function aggregation(name: string, definition: object, message?: string | RegExp): Refused {
  return refused(`an aggregation ${name}`, { aggregationProperties: { n: definition } }, message);
}

/** What is refused of the properties that the API computes. */
export const COMPUTED_REFUSALS: readonly Refused[] = [
  aggregation('over a blueprint that is not there', { ...risks, target: 'nope' }, /target" is no blueprint/),
  {
    name: 'an aggregation in a new blueprint that nothing relates to its target',
    send: [
      'POST',
      '/blueprints',
      { identifier: 'b', title: 'B', schema: { properties: {} }, aggregationProperties: { n: risks } },
    ],
    status: 422,
    error: 'invalid_request',
    message: /is not related to "b": "risk"/,
  },
  aggregation('without a title', { ...risks, title: undefined }, /title" must be string/),
  aggregation('without a target', { ...risks, target: undefined }),
  aggregation('without a spec', { ...risks, calculationSpec: undefined }),
  aggregation('of another type', { ...risks, type: 'string' }),
  aggregation('with a key that there is not', { ...risks, format: 'number' }),
  ...[
    { calculationBy: 'entities' },
    { calculationBy: 'entities', func: 'sum' },
    { calculationBy: 'property', func: 'sum' },
    { calculationBy: 'property', func: 'count', property: 'x' },
    { calculationBy: 'entities', func: 'average', averageOf: 'year', measureTimeBy: '$createdAt' },
    { calculationBy: 'entities', func: 'average', averageOf: 'day' },
    { calculationBy: 'property', func: 'average', averageOf: 'day', measureTimeBy: '$createdAt' },
    { ...COUNT, property: 'x' },
  ].map((calculationSpec) => aggregation(`by ${JSON.stringify(calculationSpec)}`, { ...risks, calculationSpec })),
  aggregation('with a query without rules', { ...risks, query: { combinator: 'and' } }),
  aggregation('with two paths', { ...risks, pathFilter: [{ path: ['a'] }, { path: ['b'] }] }),
  ...[
    { path: ['service'] },
    { path: ['nope'], fromBlueprint: 'risk' },
    { path: ['service'], fromBlueprint: 'pod' },
    { path: ['service', 'service'], fromBlueprint: 'risk' },
  ].map((filter) =>
    aggregation(
      `along ${JSON.stringify(filter)}`,
      { ...risks, pathFilter: [filter] },
      /pathFilter" does not lead from one blueprint to the other/,
    ),
  ),
  refused(
    'a mirror along a relation that is not there',
    { mirrorProperties: { m: { path: 'owner.$title' } } },
    /path" has no relation "owner"/,
  ),
  refused('a mirror of nothing', { mirrorProperties: { m: { path: 'owner' } } }),
  refused('a calculation without type', { calculationProperties: { c: { calculation: '.title' } } }),
  refused('a calculation of another key', { calculationProperties: { c: { calculation: '1', type: 'number', x: 1 } } }),
  refused(
    'a computed property with the name of a property',
    { calculationProperties: { status: { calculation: '.title', type: 'string' } } },
    /has the name of another property/,
  ),
];
