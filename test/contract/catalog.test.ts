import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingCatalog } from '../../src/core/plan.ts';
import { describeCatalog, FLAGS, ownedPages, SIGNAL, shapeOfThing, thing } from './catalog.contract.ts';
import { type OpenCatalog, OURS, openPortCatalog } from './open-port-catalog.ts';

describeCatalog('PortCatalog', (catalog) => catalog);
describeCatalog('RecordingCatalog', (catalog) => new RecordingCatalog(catalog));

let open: OpenCatalog;
beforeEach(async () => {
  open = await openPortCatalog();
});
afterEach(() => open.close());

const seed = (identifier: string, properties = {}) =>
  open.port.store.putEntity({ blueprint: 'thing', identifier, datasource: OURS, properties });
const names = () => open.port.store.entitiesOf('thing').map(({ identifier }) => identifier);

describe('PortCatalog', () => {
  const upsert = (...entities: ReturnType<typeof thing>[]) =>
    open.catalog.upsert({ blueprint: 'thing', merge: true, entities }, FLAGS, SIGNAL);

  it('tells a missing relation target from a refusal; the others land', async () => {
    const outcomes = await upsert(
      thing('a'),
      thing('b', { relations: { next: 'nobody' } }),
      thing('c', { properties: { status: 'ugly' } }),
      thing('d', { relations: { next: 'a' } }),
    );
    expect(outcomes.map(({ type }) => type)).toEqual(['written', 'missing_relation', 'written', 'written']);
    expect(outcomes[2]).toMatchObject({
      leftOut: [{ path: 'properties.status', message: expect.stringContaining('blueprint_schema_mismatch') }],
    });
    expect(names()).toEqual(['a', 'd', 'c']);
  });

  it('takes a batch apart that Port refuses as a whole, until the guilty entity is alone', async () => {
    const entities = Array.from({ length: 20 }, (_, at) => thing(at === 13 ? 'not allowed' : `t-${at}`));
    const outcomes = await upsert(...entities);
    expect(outcomes.map(({ type }) => type)).toEqual(entities.map((_, at) => (at === 13 ? 'refused' : 'written')));
    expect(names()).toHaveLength(19);
  });

  it('knows whom a search found, and that one without a match is no error', async () => {
    seed('found', { place: 'here' });
    const by = (value: string) => ({ combinator: 'and', rules: [{ property: 'place', operator: '=', value }] });
    const outcomes = await upsert(
      thing(by('here'), { properties: { status: 'good' } }),
      thing(by('nowhere'), { properties: { status: 'bad' } }),
    );
    expect(outcomes).toEqual([{ type: 'written', identifier: 'found', created: false }, { type: 'unmatched' }]);
    expect(open.port.store.entity('thing', 'found')?.properties).toEqual({ place: 'here', status: 'good' });
  });

  it('lets Port make missing targets only when asked to', async () => {
    const batch = { blueprint: 'thing', merge: true, entities: [thing('a', { relations: { next: 'made' } })] };
    await open.catalog.upsert(batch, { createMissingRelatedEntities: true }, SIGNAL);
    expect(names().sort()).toEqual(['a', 'made']);
  });

  it('drops what an entity does not carry when it is not to merge', async () => {
    seed('a', { place: 'here', status: 'good' });
    const batch = { blueprint: 'thing', merge: false, entities: [thing('a', { properties: { status: 'bad' } })] };
    await open.catalog.upsert(batch, FLAGS, SIGNAL);
    expect(open.port.store.entity('thing', 'a')?.properties).toEqual({ status: 'bad' });
  });

  it('writes as the sender that makes entities ours', async () => {
    await upsert(thing('a'));
    expect((await ownedPages(open.catalog)).flat()).toMatchObject([{ identifier: 'a' }]);
  });

  it('deletes what it may and names what others need', async () => {
    for (const identifier of ['a', 'b', 'c', 'd', 'e']) seed(identifier);
    open.port.store.putEntity({ blueprint: 'contract', identifier: 'x', relations: { thing: 'd' } });
    const { deleted, refused } = await open.catalog.remove('thing', ['a', 'b', 'c', 'd', 'e'], SIGNAL);
    expect(deleted).toEqual(['a', 'b', 'c', 'e']);
    expect(refused).toMatchObject([{ identifier: 'd', code: 'has_dependents' }]);
    expect(names()).toEqual(['d']);
    expect(open.port.store.entity('contract', 'x')).toBeDefined();
  });

  it('takes nothing for deleted because something on the way says 404', async () => {
    seed('a');
    open.port.faults.add('delete -> 404');
    const { deleted, refused } = await open.catalog.remove('thing', ['a', 'gone already'], SIGNAL);
    expect(deleted).toEqual(['gone already']);
    expect(refused).toMatchObject([{ identifier: 'a', code: 'not_confirmed' }]);
  });
});

describe('RecordingCatalog', () => {
  it('writes nothing and tells old from new', async () => {
    seed('known', { status: 'good' });
    seed('gone', { status: 'good' });
    open.port.store.putEntity({ blueprint: 'thing', identifier: 'theirs', properties: { status: 'good' } });
    const recording = new RecordingCatalog(open.catalog);
    const before = JSON.stringify(open.port.store.entitiesOf('thing'));
    const fields = { title: true, icon: false, team: false, properties: ['status'], relations: ['next'] };
    for await (const _page of recording.owned(await shapeOfThing(recording), fields, SIGNAL)) void _page;
    const properties = { status: 'bad' };
    const entities = [
      thing('known', { properties }),
      thing('new', { properties, title: 'New' }),
      thing('theirs', { properties }),
    ];
    await recording.upsert({ blueprint: 'thing', merge: true, entities }, FLAGS, SIGNAL);
    await recording.upsert(
      { blueprint: 'thing', merge: true, entities: [thing('new', { relations: { next: 'known' } })] },
      FLAGS,
      SIGNAL,
    );
    recording.observer.deletionsDecided?.('thing', ['gone'], {
      type: 'delete',
      identifiers: ['gone'],
      approvedDigest: null,
    });
    await recording.remove('thing', ['gone']);
    expect(JSON.stringify(open.port.store.entitiesOf('thing'))).toBe(before);
    expect(
      open.port.log.filter(({ method, route }) => method !== 'GET' && !['search', 'token'].includes(route)),
    ).toEqual([]);
    const status = { from: 'good', to: 'bad' };
    expect(await recording.changes()).toMatchObject([
      {
        action: 'create',
        identifier: 'new',
        title: 'New',
        properties: { status: { from: null, to: 'bad' } },
        relations: { next: { from: null, to: 'known' } },
      },
      { action: 'update', identifier: 'known', properties: { status } },
      { action: 'update', identifier: 'theirs', properties: { status } },
      { action: 'delete', identifier: 'gone', blocked: false },
    ]);
  });
});
