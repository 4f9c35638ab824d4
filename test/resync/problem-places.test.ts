import { describe, expect } from 'vitest';
import { explain, type Harness, type HarnessOptions, it } from './harness.ts';
import { worldOf } from './world-steps.ts';

const BLUEPRINT = {
  identifier: 'thing',
  title: 'Thing',
  schema: { properties: { note: { type: 'string' }, size: { type: 'number' }, kind: { type: 'string' } } },
  relations: {},
};

const AT = 'resources[0].port.entity.mappings';

/** A mapping of services with one entry for each of these, and the problem with this code. */
async function problemOf(
  start: (options?: HarnessOptions) => Promise<Harness>,
  code: string,
  entity: object,
  query = 'true',
  more: readonly object[] = [],
) {
  const resource = (mappings: object, selector: string) => ({
    kind: 'komodorService',
    selector: { query: selector },
    port: { entity: { mappings: { identifier: '.service', blueprint: '"thing"', ...mappings } } },
  });
  const resources = [resource(entity, query), ...more.map((one) => resource(one, query))];
  const world = worldOf(...Array.from({ length: 6 }, () => ({})));
  const harness = await start({
    world,
    mapping: JSON.stringify({ resources }),
    port: { initial: { blueprints: [BLUEPRINT] } },
  });
  const report = await harness.run();
  const found = report.problems.find((one) => one.code === code);
  expect(found, explain(report)).toBeDefined();
  return { path: found?.path, expression: found?.expression };
}

describe.concurrent('a problem that comes from an expression says which, and where it is', () => {
  it.for([
    ['field_failed', { properties: { note: '.service | tonumber' } }, 'true', 'properties.note', '.service | tonumber'],
    [
      'field_failed',
      { properties: { note: { a: '.x.y.z', b: '.service.x' } } },
      'true',
      'properties.note.b',
      '.service.x',
    ],
    ['field_failed', { properties: { '*': '.service' } }, 'true', 'properties.*', '.service'],
    ['field_failed', { title: '[]' }, 'true', 'title', '[]'],
    ['item_rejected', { identifier: '.nothing' }, 'true', 'identifier', '.nothing'],
    ['item_rejected', { blueprint: '.nothing' }, 'true', 'blueprint', '.nothing'],
    ['value_refused', { properties: { size: '.service' } }, 'true', 'properties.size', '.service'],
    ['property_undeclared', { properties: { other: '.service' } }, 'true', 'properties.other', '.service'],
    ['property_undeclared', { properties: { '*': '{other: 1}' } }, 'true', 'properties.*', '{other: 1}'],
    ['relation_undeclared', { relations: { near: '.service' } }, 'true', 'relations.near', '.service'],
    ['expression_invalid', { properties: { note: '.a |' } }, 'true', 'properties.note', '.a |'],
    ['field_empty', { properties: { note: '.clusterr' } }, 'true', 'properties.note', '.clusterr'],
  ] as const)('%s %j', async ([code, entity, query, path, expression], { start }) => {
    expect(await problemOf(start, code, entity, query)).toEqual({ path: `${AT}.${path}`, expression });
  });

  it('the selector', async ({ start }) => {
    const found = await problemOf(start, 'item_rejected', {}, '.service');
    expect(found).toEqual({ path: 'resources[0].selector.query', expression: '.service' });
  });

  it('of the right entry', async ({ start }) => {
    const found = await problemOf(start, 'field_failed', {}, 'true', [{ properties: { note: '.service | tonumber' } }]);
    expect(found.path).toBe('resources[1].port.entity.mappings.properties.note');
  });
});
