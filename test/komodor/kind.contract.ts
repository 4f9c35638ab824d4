import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/model.ts';
import { type Listing, type Place, type SourceKind, select } from '../../src/core/source.ts';
import type { KindDefinition } from '../../src/komodor/define-kind.ts';
import { subjectAt } from '../../src/komodor/subject.ts';
import { collect, openStage, PAGE_SIZE, type Stage, scopeOf, standInOf } from './kind-stage.ts';

const WHOLE: JsonObject = {};
const DAY = 86_400;
const signal = new AbortController().signal;

/** Every way in which the stand-in's listings can go wrong. */
const LISTING_FAULTS = [
  ...['half-page', 'truncate 30', 'truncate 30 total', 'empty', 'more-but-empty', 'ignore-cursor', 'repeat-cursor'],
  ...['drop-list', 'not-a-list', 'bad-items', 'drop-namespace shop', 'drop-cluster production-eu', 'shift'],
  ...['no-meta', 'wrong-total', 'legacy', 'repeat-row', 'garbage', 'cut', '422', 'blank', '403', '404'],
];

/** What looks whole from within one place; the whole read and the neighbours have to say it. */
const MAY_CUT_A_PLACE = [
  ...['half-page', 'truncate 30', 'truncate 30 total', 'empty', 'drop-namespace shop', 'drop-cluster production-eu'],
];

/** What is wrong with how a kind reads a second time; nothing when the second reads can prove something. */
export async function objectionsTo(
  kind: SourceKind,
  hasOtherCut: boolean,
  stage: Pick<Stage, 'takeQuestions'>,
  changed: (listing: Listing) => Listing = (listing) => listing,
): Promise<readonly string[]> {
  const objections: string[] = [];
  const listing = changed(select(kind, WHOLE));
  stage.takeQuestions(kind.name);
  const first = await collect(listing.read(signal));
  const asked = stage.takeQuestions(kind.name);
  const noteRepeated = (what: string) => {
    for (const question of stage.takeQuestions(kind.name))
      if (asked.has(question)) objections.push(`${what} asks again: ${question}`);
  };
  const whole = await collect(listing.confirmAll(signal));
  if (hasOtherCut) noteRepeated('the second read of everything');
  stage.takeQuestions(kind.name);
  if (!whole.complete) objections.push('the second read of everything is not complete');
  if (whole.keys.join() !== first.keys.join()) objections.push('the second read of everything gives other items');
  for (const item of [...first.items.values()].slice(0, 3)) {
    const found = await collect(listing.confirm(scopeOf(kind, item), signal));
    noteRepeated('the closer look');
    if (!found.complete || !found.items.has(item.key)) objections.push(`the closer look does not show ${item.label}`);
  }
  return objections;
}

/** What the engine relies on in every kind. */
export function describeKind(definition: KindDefinition): void {
  const { name, doc, selectorKeys } = definition;

  describe(`${name} as a kind`, () => {
    let stage: Stage;
    let kind: SourceKind;
    let whole: Listing;
    let all: Awaited<ReturnType<typeof collect>>;
    const standIn = standInOf(name);
    const deletesByAbsence = () => whole.absence(new Date(stage.world.now * 1000)).means !== 'nothing';
    beforeAll(async () => {
      stage = await openStage();
      kind = stage.bind(definition);
      whole = select(kind, WHOLE);
      all = await collect(whole.read(signal));
    });
    afterAll(() => stage.close());

    it('is read whole, over several pages where it has pages', () => {
      expect(all.complete).toBe(true);
      expect(all.keys).toHaveLength(standIn.rows(stage.world, stage.world.now).length);
      expect(all.keys.length).toBeGreaterThan(stage.asksForPages() ? 2 * PAGE_SIZE : 1);
    });

    describe.each(LISTING_FAULTS)('with a listing that goes wrong: %s', (fault) => {
      it.each(['', ' page 2'])('claims nothing false, or the closer look says so (on%s)', async (where) => {
        const seen = await withFault(stage, `${standIn.listing}${where} -> ${fault}`, () =>
          collect(whole.read(signal)),
        );
        if (!seen.complete || !deletesByAbsence()) return;
        // Nobody can see that a page which looks whole was cut: then the place itself must show what is missing.
        for (const [key, item] of all.items) {
          if (seen.items.has(key)) continue;
          const closer = await collect(whole.confirm(scopeOf(kind, item), signal));
          expect(closer.items.has(key), item.label).toBe(true);
        }
      });

      it('never claims more of a closer look than is true', async () => {
        if (MAY_CUT_A_PLACE.includes(fault) || !deletesByAbsence()) return;
        const [item] = all.items.values();
        if (!item) throw new Error('there is nothing to look at');
        const scope = scopeOf(kind, item);
        const here = [...all.items].filter(([, other]) => same(scopeOf(kind, other), scope)).map(([key]) => key);
        const seen = await withFault(stage, `${standIn.closer} -> ${fault}`, () =>
          collect(whole.confirm(scope, signal)),
        );
        if (seen.complete) for (const key of here) expect(seen.keys).toContain(key);
      });
    });

    it('reads a second time in another way', async () => {
      if (deletesByAbsence()) expect(await objectionsTo(kind, definition.hasOtherCut, stage)).toEqual([]);
    });

    it.each(selectorKeys.filter((key) => key === 'clusters' || key === 'namespaces'))(
      'leaves out a place that %s excludes, and names the key',
      (key) => {
        const [item] = all.items.values();
        if (!item || !deletesByAbsence()) return;
        const scope = scopeOf(kind, item);
        const other = select(kind, { [key]: ['another'] });
        expect(other.excludedBy(kind.placeOf(item))).toBe(key);
        expect(whole.excludedBy(kind.placeOf(item))).toBeUndefined();
        if (other.excludedBy(scope) === key) expect(other.confirm(scope, signal)).toBe('excluded');
      },
    );

    it('does not ask about a place with a hole', () => {
      if (deletesByAbsence()) expect(() => whole.confirm({}, signal)).toThrow('a scope without');
    });

    it('takes a cluster that nobody knows for a mistake, not for an empty one', async () => {
      if (!selectorKeys.includes('clusters')) return;
      const unknown = select(kind, { clusters: ['no-such-cluster'] });
      expect(await collect(unknown.read(signal))).toMatchObject({ complete: false });
    });

    it('has a probe whose place is found again', () => {
      const { item, place } = kind.probe;
      expect(kind.scopeOf(place)).toEqual(kind.scopeOf(kind.placeOf(item)));
      for (const part of kind.identity) expect(place[part], part).toBe(kind.placeOf(item)[part]);
      for (const value of Object.values(place)) expect(value).not.toBe('');
    });

    it('has a key and an identity for every item, and a place where absence means something', () => {
      for (const item of all.items.values()) {
        if (deletesByAbsence()) expect(scopeOf(kind, item), item.label).toBeDefined();
        const place = kind.placeOf(item);
        for (const part of kind.identity) expect(place[part], `${part} of ${item.label}`).toBeDefined();
      }
      expect(definition.toItem(null)).toBeUndefined();
      expect(definition.toItem({})?.key).toBeDefined();
      expect(definition.toItem({})?.key).not.toBe(definition.toItem({ other: 1 })?.key);
    });

    it('finds what a live event names, and tells it from its neighbours', async () => {
      // An event tells of what has just happened.
      const isFresh = ({ startTime }: Place) => startTime === undefined || Number(startTime) > stage.world.now - DAY;
      for (const item of [...all.items.values()].filter((each) => isFresh(kind.placeOf(each))).slice(0, 5)) {
        const { cluster, namespace = '', kind: itsKind, name: itsName } = kind.placeOf(item);
        if (!cluster || !itsKind || !itsName) continue;
        const narrow = kind.narrow(subjectAt({ cluster, namespace, kind: itsKind, name: itsName }));
        if (!narrow) continue;
        expect(narrow.holds(item)).toBe(true);
        stage.takeQuestions(name);
        expect((await collect(whole.confirm(narrow.scope, signal))).items.has(item.key)).toBe(true);
        const [once] = stage.takeQuestions(name);
        await collect(select(kind, narrow.confirmWith).confirm(narrow.scope, signal));
        // What live events may delete is asked for in two ways.
        if (narrow.deletedWithSubject) expect(stage.takeQuestions(name)).not.toContain(once);
        expect(kind.select(narrow.around)).toHaveProperty('listing');
      }
    });

    it('knows subjects of its own system only', () => {
      const place = { cluster: 'c', namespace: 'n', kind: 'Deployment', name: 'x' };
      expect(kind.narrow({ system: 'another', place })).toBeUndefined();
    });

    it('has one key for selectors that ask for the same', () => {
      for (const key of selectorKeys.filter((each) => each === 'clusters' || each === 'namespaces')) {
        const { key: asked } = select(kind, { [key]: ['b', 'a', 'b'] });
        expect(asked).toBe(select(kind, { [key]: ['a', 'b'], query: 'true' }).key);
        expect(asked).not.toBe(select(kind, { [key]: ['a'] }).key);
        expect(select(kind, { [key]: [] }).key).toBe(whole.key);
      }
    });

    it('names a key that it does not know, with what was probably meant', () => {
      for (const key of selectorKeys) {
        const selected = kind.select({ [`${key}x`]: ['a'] });
        expect(selected).toEqual({ complaints: [expect.stringContaining(`(did you mean ${key}?)`)] });
      }
    });

    it('is documented word for word', () => {
      const { selector, addOn: _addOn, mayLack = [], ...words } = doc;
      expect(Object.keys(selector)).toEqual([...selectorKeys]);
      for (const [what, text] of Object.entries({ ...words, ...selector })) expect(text.trim(), what).not.toBe('');
      for (const path of mayLack) expect(kind.probe.item.value).toHaveProperty(path);
    });
  });
}

async function withFault<T>({ sandbox: { faults } }: Stage, fault: string, act: () => Promise<T>): Promise<T> {
  faults.add(fault);
  try {
    return await act();
  } finally {
    faults.clear();
  }
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
