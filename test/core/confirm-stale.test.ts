import { describe, expect, it } from 'vitest';
import { BlueprintState } from '../../src/core/blueprint-state.ts';
import { confirmStale } from '../../src/core/confirm-stale.ts';
import type { Completeness, Entity, RawItem, ResourceEntry } from '../../src/core/model.ts';
import type { MappedItem, Program } from '../../src/core/ports.ts';
import type { Extraction } from '../../src/core/run.ts';
import type { Place, SourcePage } from '../../src/core/source.ts';
import { shape, stored } from './shapes.ts';
import { blueprintIn, runSmall, type Shows, type SmallWorld } from './small-world.ts';
import { kindWith, listingOf } from './test-kind.ts';

/** A place of the small world below: cluster and namespace. */
interface Spot {
  readonly cluster: string;
  readonly namespace: string;
}

const ENTRY: ResourceEntry = {
  path: 'resources[0]',
  kind: 'komodorService',
  selectorQuery: 'true',
  selector: {},
  templates: [],
};
const COMPLETE: Completeness = { complete: true };
const blueprint = shape({ properties: { cluster: { type: 'string' }, namespace: { type: 'string' } }, relations: {} });

function item(name: string): RawItem {
  return { key: name, label: name, value: { name } };
}

/**
 * One entity for each item, under the item's own name; an item called `?` gives no identifier, `elsewhere e0` an entity
 * e0 of another blueprint, `find e0` one that only Port can find.
 */
const program: Program = {
  entries: [ENTRY],
  blueprints: ['thing'],
  writing: () => [],
  map: async (items) => items.map(mapOne),
  mapUnfiltered: async (each) => mapOne(each),
};

function mapOne(each: RawItem): MappedItem {
  const [, where, name] = /^(elsewhere|find) (.*)$/.exec(each.key) ?? [];
  const query = { combinator: 'and', rules: [{ property: 'name', operator: '=', value: name }] };
  const entity: Entity = {
    blueprint: where === 'elsewhere' ? 'other' : 'thing',
    identifier: where === 'find' ? query : (name ?? each.key),
    properties: {},
    relations: {},
  };
  if (each.key === '?')
    return {
      item: each,
      rows: [{ type: 'rejected', entry: ENTRY, blueprint: 'thing', path: 'identifier', message: 'null' }],
    };
  return { item: each, rows: [{ type: 'entity', entry: ENTRY, entity, failures: [] }] };
}

async function* pageOf(
  names: readonly string[],
  end: Completeness,
  turns = 0,
): AsyncGenerator<SourcePage, Completeness> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  yield { items: names.map(item), malformed: 0 };
  return end;
}

interface World {
  /** What a question about a place is answered with. */
  readonly at?: (place: Place) => readonly string[];
  readonly end?: Completeness | ((place: Place) => Completeness);
  /** How long it takes to answer, in turns of the event loop. */
  readonly turns?: (place: Place) => number;
}

/** A source that is asked only for the second time, and notes what it was asked. */
function sourceOver({ at = () => [], end = COMPLETE, turns = () => 0 }: World) {
  const asked: Place[] = [];
  let whole = 0;
  const listing = listingOf({
    confirm(scope) {
      asked.push(scope);
      return pageOf(at(scope), typeof end === 'function' ? end(scope) : end, turns(scope));
    },
    confirmAll() {
      whole += 1;
      return pageOf([], typeof end === 'function' ? COMPLETE : end);
    },
  });
  const kind = kindWith({
    scopeOf: ({ cluster, namespace }) => (cluster && namespace ? { cluster, namespace } : undefined),
  });
  const locators = new Map([['thing', { cluster: 'cluster', namespace: 'namespace' }]]);
  const feed: Extraction = { kind, listing, program, locators };
  return { feed, asked, wholeReads: () => whole };
}

/** Asks about entities that are ours and that the first read did not see. */
function ask(feed: Extraction, stale: ReadonlyMap<string, Spot | undefined>) {
  const state = new BlueprintState(blueprint, [program], ['cluster', 'namespace']);
  for (const [identifier, place] of stale) state.addOwned(stored({ identifier, properties: { ...place } }));
  return confirmStale({ extractions: [feed], signal: new AbortController().signal }, state, []);
}

function places(count: number, placeOf: (index: number) => Spot): Map<string, Spot> {
  return new Map(Array.from({ length: count }, (_, index) => [`e${index}`, placeOf(index)]));
}

describe('confirmStale', () => {
  it('asks once for each place that stale entities come from, and confirms what is absent there too', async () => {
    const { feed, asked, wholeReads } = sourceOver({ at: () => ['another'] });
    const stale = places(9, (index) => ({ cluster: `c${index % 3}`, namespace: 'n' }));
    expect(await ask(feed, stale)).toEqual({ type: 'confirmed' });
    expect(asked.map(({ cluster }) => cluster).sort()).toEqual(['c0', 'c1', 'c2']);
    expect(wholeReads()).toBe(0);
  });

  it('contradicts when a single one of them is still there', async () => {
    const { feed } = sourceOver({ at: ({ cluster }) => (cluster === 'c2' ? ['e2', 'another'] : []) });
    const stale = places(9, (index) => ({ cluster: `c${index}`, namespace: 'n' }));
    expect(await ask(feed, stale)).toEqual({ type: 'contradicted', stillThere: ['e2'] });
  });

  it('says the same, whichever place answers first', async () => {
    const namespace = 'n';
    const stale = places(40, (index) => ({ cluster: `c${index}`, namespace }));
    const number = ({ cluster = '' }: Place) => Number(cluster.slice(1));
    for (const turns of [number, (place: Place) => 40 - number(place)]) {
      const there = sourceOver({ at: (place) => [`e${number(place)}`], turns });
      const stillThere = ['e0', 'e1', 'e2', 'e3', 'e4'];
      expect(await ask(there.feed, stale)).toEqual({ type: 'contradicted', stillThere });
      const failing = sourceOver({
        end: (place) => ({ complete: false, reason: 'request_failed', detail: `no ${number(place) + 10}` }),
        turns,
      });
      const detail = 'the second read was not complete: no 10';
      expect(await ask(failing.feed, stale)).toEqual({ type: 'unconfirmed', detail });
    }
  });

  it('compares names as Port has them', async () => {
    const { feed } = sourceOver({ at: () => ['e 0'] });
    const place = { cluster: 'c', namespace: 'n' };
    expect(await ask(feed, new Map([['e=200', place]]))).toEqual({ type: 'contradicted', stillThere: ['e=200'] });
    expect(await ask(feed, new Map([['e0', place]]))).toEqual({ type: 'confirmed' });
  });

  it('asks about at most 200 of many, and leaves no cluster out', async () => {
    const { feed, asked } = sourceOver({});
    // Seven clusters have nearly all of them; the others have one each, at the end of the list.
    const clusterOf = (index: number) => (index < 1960 ? `crowd-${index % 7}` : `lonely-${index}`);
    const stale = places(2000, (index) => ({ cluster: clusterOf(index), namespace: `n${index}` }));
    expect(await ask(feed, stale)).toEqual({ type: 'confirmed' });
    expect(asked).toHaveLength(200);
    expect(new Set(asked.map(({ cluster }) => cluster)).size).toBe(47);
  });

  it('asks about every one of 200', async () => {
    const { feed, asked } = sourceOver({});
    await ask(
      feed,
      places(200, (index) => ({ cluster: 'c', namespace: `n${index}` })),
    );
    expect(new Set(asked.map(({ namespace }) => namespace)).size).toBe(200);
  });

  it('reads everything in another way when an entity does not say where it comes from', async () => {
    const { feed, asked, wholeReads } = sourceOver({});
    expect(await ask(feed, new Map([['e0', undefined]]))).toEqual({ type: 'confirmed' });
    expect(asked).toEqual([]);
    expect(wholeReads()).toBe(1);
  });

  it('confirms nothing when the second read is not complete itself', async () => {
    const { feed } = sourceOver({ end: { complete: false, reason: 'request_failed', detail: 'HTTP 500' } });
    expect(
      await ask(
        feed,
        places(1, () => ({ cluster: 'c', namespace: 'n' })),
      ),
    ).toMatchObject({ type: 'unconfirmed' });
    expect(await ask(feed, new Map([['e0', undefined]]))).toMatchObject({ type: 'unconfirmed' });
  });

  it('confirms nothing when an item of the second read gives no identifier', async () => {
    const { feed } = sourceOver({ at: () => ['?'] });
    expect(
      await ask(
        feed,
        places(1, () => ({ cluster: 'c', namespace: 'n' })),
      ),
    ).toMatchObject({ type: 'unconfirmed' });
  });

  it('has nothing to ask about a place that the selector excludes', async () => {
    const { feed } = sourceOver({ at: () => ['e0'] });
    const place = { cluster: 'c', namespace: 'n' };
    const blind: Extraction = { ...feed, listing: { ...feed.listing, confirm: () => 'excluded' } };
    expect(await ask(blind, new Map([['e0', place]]))).toEqual({ type: 'confirmed' });
    expect(await ask(feed, new Map([['e0', place]]))).toMatchObject({ type: 'contradicted' });
  });

  it('does not take an entity of another blueprint for one of this', async () => {
    const place = { cluster: 'c', namespace: 'n' };
    const stale = new Map([['e0', place]]);
    expect(await ask(sourceOver({ at: () => ['elsewhere e0'] }).feed, stale)).toEqual({ type: 'confirmed' });
    expect(await ask(sourceOver({ at: () => ['find e0'] }).feed, stale)).toMatchObject({ type: 'unconfirmed' });
  });

  it('names five of those that are still there', async () => {
    const { feed } = sourceOver({ at: ({ namespace }) => [`e${namespace?.slice(1)}`] });
    const answer = await ask(
      feed,
      places(7, (index) => ({ cluster: 'c', namespace: `n${index}` })),
    );
    expect(answer).toEqual({ type: 'contradicted', stillThere: ['e0', 'e1', 'e2', 'e3', 'e4'] });
  });
});

/** Looks closer in a whole run: six services in one place, the first of them is missing in the first read. */
async function lookCloser(more: Partial<Shows>, rest: Partial<SmallWorld> = {}) {
  const all = Array.from({ length: 6 }, (_, index) => ({ name: `e${index}`, place: 'c1/n1' }));
  const stored = { service: new Map(all.map(({ name, place }) => [name, place])) };
  const run = await runSmall({ services: { things: all.slice(1), ...more }, stored, ...rest });
  const problem = run.report.problems.find(({ code }) => code === 'deletion_blocked');
  return { deleted: blueprintIn(run, 'service').deleted, why: problem?.message ?? '' };
}

describe('the closer look of a whole run', () => {
  it('is believed when it shows what the first read showed, but for what is gone', async () => {
    expect(await lookCloser({})).toEqual({ deleted: 1, why: '' });
  });

  it('is not believed when it shows nothing at a place where the first read saw something', async () => {
    expect(await lookCloser({ closer: () => [] })).toEqual({
      deleted: 0,
      why: expect.stringContaining('the second read of c1/n1 shows nothing, the first showed 5 items'),
    });
  });

  it('says first of all that it was cut off, where it was', async () => {
    const { why } = await lookCloser({
      closer: () => [],
      closerEnd: { complete: false, reason: 'request_failed', detail: 'HTTP 502' },
    });
    expect(why).toContain('the second read was not complete: HTTP 502');
  });

  it('is compared with the first read of its own kind', async () => {
    const elsewhere = [{ name: 'r1', place: 'c1/n1' }];
    const nothingThere = { closer: () => [] };
    const one = { oneBlueprint: true };
    expect(await lookCloser({}, { ...one, risks: { things: [], ...nothingThere } })).toMatchObject({ deleted: 1 });
    expect(await lookCloser({}, { ...one, risks: { things: elsewhere, ...nothingThere } })).toMatchObject({
      deleted: 0,
      why: expect.stringContaining('the first showed 1 items'),
    });
  });

  it('needs every place to answer, not only the first', async () => {
    const all = ['c1/n1', 'c2/n2'].flatMap((place) =>
      Array.from({ length: 6 }, (_, index) => ({ name: `${place}/${index}`, place })),
    );
    const run = await runSmall({
      services: {
        things: all.filter(({ name }) => !name.endsWith('/0')),
        closer: ({ cluster }) => (cluster === 'c2' ? [] : all.slice(1, 2)),
      },
      stored: { service: new Map(all.map(({ name, place }) => [name, place])) },
    });
    expect(run.looks).toHaveLength(2);
    expect(blueprintIn(run, 'service')).toMatchObject({ deleted: 0, deletionBlocked: { reason: 'unconfirmed' } });
  });

  it.each<[Partial<Shows>, string]>([
    [{ closerMalformed: 1 }, 'the second read held things that are no items'],
    [
      { closer: () => [{ name: 'odd', fate: 'rejected' }] },
      'the second read gave an item without identifier: item odd',
    ],
    [{ closerError: new Error('no route') }, 'no route'],
  ])('says what it could not use: %o', async (more, why) => {
    expect(await lookCloser(more)).toEqual({ deleted: 0, why: expect.stringContaining(why) });
  });

  it('confirms nothing when it shows something new of which only Port can tell which entity it is', async () => {
    const searched = (index: number) => ({ name: `e${index}`, place: 'c1/n1', fate: 'searched' as const });
    const all = [0, 1, 2, 3, 4, 5].map(searched);
    const cut = { things: all.slice(1), closer: () => all };
    expect(await lookCloser(cut)).toEqual({ deleted: 0, why: expect.stringContaining('only Port can tell') });
    expect(await lookCloser({ ...cut, closer: () => all.slice(1) })).toEqual({ deleted: 1, why: '' });
  });
});
