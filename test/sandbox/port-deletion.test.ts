import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { targetsOf } from '../../src/sandbox/port/model.ts';
import { removeEntities } from '../../src/sandbox/port/removal.ts';
import { PortStore } from '../../src/sandbox/port/store.ts';
import type { PortClient, PortResponse } from './port-client.ts';
import { BLUEPRINTS, openPort } from './port-client.ts';

let client: PortClient;

function seed(store: PortStore): void {
  for (const identifier of ['a', 'b', 'c']) store.putEntity({ blueprint: 'service', identifier });
  store.putEntity({ blueprint: 'risk', identifier: 'r', relations: { service: 'a', others: ['a', 'b'] } });
  store.putEntity({ blueprint: 'pod', identifier: 'p', relations: { service: 'b' } });
}

async function open(options: Parameters<typeof openPort>[0] = {}): Promise<void> {
  client = await openPort(options);
  seed(client.port.store);
}

beforeEach(() => open());
afterEach(() => client.port.close());

const bulkDelete = (entities: string[], query = ''): Promise<PortResponse> =>
  client.send('POST', `/blueprints/service/bulk/entities/delete${query}`, { entities });
const left = (): string[] => client.port.store.entitiesOf('service').map(({ identifier }) => identifier);

describe('deleting in bulk', () => {
  it('deletes what is there and says what that was', async () => {
    expect(await bulkDelete(['c', 'unknown', 'c'])).toMatchObject({
      status: 200,
      body: { ok: true, deletedEntities: ['c'] },
    });
    expect(left()).toEqual(['a', 'b']);
  });

  it('unsets optional relations to what is gone', async () => {
    await bulkDelete(['a']);
    expect(client.port.store.entity('risk', 'r')?.relations).toEqual({ others: ['b'] });
  });

  it('deletes all or none when an entity needs one of them', async () => {
    expect(await bulkDelete(['c', 'b'])).toMatchObject({ status: 403, body: { error: 'has_dependents' } });
    expect(left()).toEqual(['a', 'b', 'c']);
    expect(client.port.store.deletions).toEqual([]);
  });

  it('takes along what needs them when asked to, and nothing else', async () => {
    expect((await bulkDelete(['c', 'b'], '?delete_dependents=true')).body.deletedEntities).toEqual(['c', 'b']);
    expect(client.port.store.entity('pod', 'p')).toBeUndefined();
    expect(client.port.store.entity('risk', 'r')?.relations).toEqual({ service: 'a', others: ['a'] });
    expect(client.port.store.deletions).toMatchObject([
      { identifier: 'c', cascaded: false, userAgent: 'test/1' },
      { identifier: 'b', cascaded: false },
      { blueprint: 'pod', identifier: 'p', cascaded: true },
    ]);
  });

  it('takes along optional dependents when the switch says that Port does', async () => {
    await client.port.close();
    await open({ cascadeOptionalRelations: true });
    await bulkDelete(['a'], '?delete_dependents=true');
    expect(client.port.store.entity('risk', 'r')).toBeUndefined();
  });

  it('has the fault "delete -> has-dependents"', async () => {
    client.port.faults.add('delete -> has-dependents once');
    expect(await bulkDelete(['c'])).toMatchObject({ status: 403, body: { error: 'has_dependents' } });
    expect((await bulkDelete(['c'])).status).toBe(200);
  });
});

describe('deleting one entity', () => {
  it('follows the same rules', async () => {
    const path = '/blueprints/service/entities';
    expect((await client.send('DELETE', `${path}/c`)).status).toBe(200);
    expect((await client.send('DELETE', `${path}/c`)).status).toBe(404);
    expect((await client.send('DELETE', `${path}/b`)).status).toBe(403);
    expect((await client.send('DELETE', `${path}/b?delete_dependents=true`)).status).toBe(200);
    expect(client.port.store.snapshot()).toMatchObject({ service: [{ identifier: 'a' }], pod: [] });
  });

  it('deletes all entities of a blueprint, and the blueprint, when asked to', async () => {
    const answer = await client.send('DELETE', '/blueprints/risk/all-entities?delete_blueprint=true');
    const migration = await client.send('GET', `/migrations/${String(answer.body.migrationId)}`);
    expect(migration.body).toMatchObject({ migration: { status: 'COMPLETED' } });
    expect(client.port.store.blueprint('risk')).toBeUndefined();
    expect((await client.send('GET', '/blueprints/service/entities-count')).body).toEqual({ ok: true, count: 3 });
  });
});

describe('the catalog', () => {
  it('never holds a relation to what is gone, whatever is written and deleted', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.oneof(
      fc.record({ do: fc.constant('service' as const), id }),
      fc.record({ do: fc.constant('risk' as const), id, service: id, others: fc.uniqueArray(id) }),
      fc.record({ do: fc.constant('pod' as const), id, service: id }),
      fc.record({
        do: fc.constant('delete' as const),
        ids: fc.array(id),
        blueprint: fc.constantFrom('service', 'risk', 'pod'),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, cascadeOptional) => {
        const store = new PortStore();
        for (const blueprint of BLUEPRINTS) store.putBlueprint(blueprint);
        const known = (identifier: string): boolean => store.entity('service', identifier) !== undefined;
        for (const now of steps) {
          if (now.do === 'service') store.putEntity({ blueprint: 'service', identifier: now.id });
          else if (now.do === 'risk') {
            const others = now.others.filter(known);
            const relations = {
              ...(known(now.service) && { service: now.service }),
              ...(others.length > 0 && { others }),
            };
            store.putEntity({ blueprint: 'risk', identifier: now.id, relations });
          } else if (now.do === 'pod') {
            if (known(now.service)) {
              store.putEntity({ blueprint: 'pod', identifier: now.id, relations: { service: now.service } });
            }
          } else {
            const options = { deleteDependents: true, cascadeOptional, runId: null };
            removeEntities(store, now.blueprint, now.ids, options, { clientId: 'x', userAgent: 'x' });
          }
          for (const blueprint of ['risk', 'pod']) {
            for (const { relations } of store.entitiesOf(blueprint)) {
              expect(Object.values(relations).flatMap(targetsOf).every(known)).toBe(true);
              expect(Object.values(relations).every((value) => targetsOf(value).length > 0)).toBe(true);
            }
          }
          for (const { identifier } of store.entitiesOf('service')) {
            const pointing = store.entitiesOf('pod').concat(store.entitiesOf('risk'));
            const expected = pointing.filter(({ relations }) =>
              Object.values(relations).flatMap(targetsOf).includes(identifier),
            );
            const indexed = store.entities.dependents('service', identifier).map(({ entity }) => entity);
            expect(new Set(indexed)).toEqual(new Set(expected));
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
