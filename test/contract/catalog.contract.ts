import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlueprintShape, Entity, StoredEntity } from '../../src/core/model.ts';
import type { Catalog, FieldSelection } from '../../src/core/ports.ts';
import type { PortStore } from '../../src/sandbox/port/store.ts';
import { type OpenCatalog, OURS, openPortCatalog } from './open-port-catalog.ts';

interface Subject {
  readonly catalog: Catalog;
  readonly store: PortStore;
}

const STATUS_ONLY: FieldSelection = { title: false, icon: false, team: false, properties: ['status'], relations: [] };
export const FLAGS = { createMissingRelatedEntities: false };
export const SIGNAL = new AbortController().signal;

/** An entity as a mapping gives it. */
export function thing(identifier: Entity['identifier'], fields: Partial<Entity> = {}): Entity {
  return { blueprint: 'thing', identifier, properties: {}, relations: {}, ...fields };
}

/** The shape of the blueprint that the contract works with. */
export async function shapeOfThing(catalog: Catalog): Promise<BlueprintShape> {
  const shape = await catalog.blueprint('thing', SIGNAL);
  if (shape === undefined) throw new Error('there is no blueprint');
  return shape;
}

/** All that is ours, in pages. */
export async function ownedPages(catalog: Catalog, where = {}): Promise<readonly (readonly StoredEntity[])[]> {
  const pages: (readonly StoredEntity[])[] = [];
  for await (const page of catalog.owned(await shapeOfThing(catalog), STATUS_ONLY, SIGNAL, where)) pages.push(page);
  return pages;
}

/**
 * What the engine relies on in every catalog, whether it writes or records.
 * @param over makes the catalog under test on top of the one that talks to Port
 */
export function describeCatalog(name: string, over: (catalog: Catalog) => Catalog): void {
  describe(`${name} as a catalog`, () => {
    let open: OpenCatalog;
    let subject: Subject;
    beforeEach(async () => {
      open = await openPortCatalog();
      subject = { catalog: over(open.catalog), store: open.port.store };
    });
    afterEach(() => open.close());

    const seed = (identifier: string, datasource: string, properties = {}) =>
      subject.store.putEntity({ blueprint: 'thing', identifier, datasource, properties, title: `the ${identifier}` });

    it('knows blueprints as they stand, and which there are not', async () => {
      expect(await subject.catalog.blueprint('thing', SIGNAL)).toMatchObject({
        identifier: 'thing',
        properties: { status: { type: 'string', enum: ['good', 'bad'] } },
        relations: { next: { target: 'thing', many: false, required: false } },
      });
      expect(await subject.catalog.blueprint('nothing', SIGNAL)).toBeUndefined();
    });

    it('lists all that is ours, page by page, nobody else’s, and only the fields asked for', async () => {
      for (let at = 0; at < 2300; at += 1) seed(`mine-${at}`, OURS, { status: 'good', place: 'here' });
      for (let at = 0; at < 50; at += 1) seed(`theirs-${at}`, 'someone/else');
      seed('of-another-installation', 'port-ocean/komodor/9.9.9/other/exporter');
      const pages = await ownedPages(subject.catalog);
      expect(pages.length).toBeGreaterThan(2);
      const all = pages.flat();
      expect(new Set(all.map(({ identifier }) => identifier)).size).toBe(2300);
      expect(all).toHaveLength(2300);
      expect(all.every(({ identifier }) => identifier.startsWith('mine-'))).toBe(true);
      expect(all[0]?.properties).toEqual({ status: 'good' });
    });

    it('lists what an older version wrote, and by place when asked to', async () => {
      seed('old', 'port-ocean/komodor/0.2.98/contract/exporter', { place: 'here' });
      seed('new', OURS, { place: 'there' });
      expect((await ownedPages(subject.catalog)).flat()).toHaveLength(2);
      const here = (await ownedPages(subject.catalog, { place: 'here' })).flat();
      expect(here.map(({ identifier }) => identifier)).toEqual(['old']);
    });

    it('finds by name, whoever made it', async () => {
      seed('mine', OURS, { status: 'good' });
      seed('theirs', 'someone/else', { status: 'bad' });
      const shape = await shapeOfThing(subject.catalog);
      const found = await subject.catalog.find(shape, STATUS_ONLY, ['mine', 'theirs', 'nobodys'], SIGNAL);
      const statuses = found.map(({ identifier, properties }) => [identifier, properties.status]).sort();
      expect(statuses).toEqual([
        ['mine', 'good'],
        ['theirs', 'bad'],
      ]);
    });

    it('says which names exist', async () => {
      seed('theirs', 'someone/else');
      expect(await subject.catalog.existing('thing', ['theirs', 'nobodys'], SIGNAL)).toEqual(new Set(['theirs']));
      expect(await subject.catalog.existing('nothing', ['theirs'], SIGNAL)).toEqual(new Set());
    });

    it('answers for every entity of a batch, in order, and tells new from known', async () => {
      seed('known', OURS);
      seed('theirs', 'someone/else');
      await ownedPages(subject.catalog);
      const entities = ['new', 'known', 'theirs'].map((identifier) =>
        thing(identifier, { properties: { status: 'bad' } }),
      );
      expect(await subject.catalog.upsert({ blueprint: 'thing', merge: true, entities }, FLAGS, SIGNAL)).toEqual([
        { type: 'written', identifier: 'new', created: true },
        { type: 'written', identifier: 'known', created: false },
        { type: 'written', identifier: 'theirs', created: false },
      ]);
    });

    it('answers for every entity that is to go', async () => {
      for (let at = 0; at < 250; at += 1) seed(`mine-${at}`, OURS);
      const all = (await ownedPages(subject.catalog)).flat().map(({ identifier }) => identifier);
      const { deleted, refused } = await subject.catalog.remove('thing', all, SIGNAL);
      expect([...deleted].sort()).toEqual([...all].sort());
      expect(refused).toEqual([]);
    });

    it('stops when it is told to', async () => {
      const stopped = AbortSignal.abort(new DOMException('enough', 'AbortError'));
      const shape = await shapeOfThing(subject.catalog);
      await expect(subject.catalog.find(shape, STATUS_ONLY, ['x'], stopped)).rejects.toMatchObject({
        name: 'AbortError',
      });
      await expect(subject.catalog.existing('thing', ['x'], stopped)).rejects.toMatchObject({ name: 'AbortError' });
    });

    it('has room for what Port takes', () => {
      expect(subject.catalog.limits).toMatchObject({ entitiesPerBatch: 20, bytesPerBatch: 1024 * 1024 });
    });
  });
}
