import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Completeness, JsonObject, RawItem } from '../../src/core/model.ts';
import type { SourcePage, WorkloadAddress } from '../../src/core/ports.ts';
import { createKomodorApi } from '../../src/komodor/api.ts';
import type { KomodorKind } from '../../src/komodor/define-kind.ts';
import type { Reading } from '../../src/komodor/listing.ts';
import { createGovernor } from '../../src/net/governor.ts';
import { createPageSize } from '../../src/net/page-size.ts';
import { type KomodorSandbox, startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import type { World } from '../../src/sandbox/world/model.ts';

/** What the contract has to know of a kind that its definition does not say. */
export interface Example {
  /** The stand-in's name of the listing, and of a closer look at one place. */
  readonly route: string;
  readonly scopedRoute: string;
  /** How many items a world gives when nothing is selected. */
  readonly count: (world: World) => number;
  /** What an item is about, where live events can name it. */
  readonly addressOf: (item: RawItem) => WorkloadAddress;
}

const KEY = 'key-of-the-contract';
const PAGE_SIZE = 20;
const WHOLE: JsonObject = {};

/** Every way in which the stand-in's listings can go wrong. */
const LISTING_FAULTS = [
  ...['half-page', 'truncate 30', 'truncate 30 total', 'empty', 'more-but-empty', 'ignore-cursor', 'repeat-cursor'],
  ...['drop-list', 'not-a-list', 'bad-items', 'drop-namespace shop', 'drop-cluster production-eu', 'shift'],
  ...['no-meta', 'wrong-total', 'legacy', 'repeat-row', 'garbage', 'cut', '422', 'blank'],
];

/** A stand-in with a world, and readings of it that note what was asked. */
export async function openStage() {
  const world = createWorld({ seed: 11, services: 70, clusters: 3 });
  const sandbox = await startKomodor({ world, apiKey: KEY });
  const api = createKomodorApi({
    baseUrl: sandbox.apiUrl,
    apiKey: KEY,
    secrets: [KEY],
    timeoutMs: 5_000,
    maxResponseBytes: 10_000_000,
    governor: createGovernor({ side: 'komodor', concurrency: 4 }),
  });
  let asked: string[] = [];
  const noting: typeof api = {
    ...api,
    call(request) {
      asked.push(questionOf(request));
      return api.call(request);
    },
  };
  return {
    world,
    sandbox,
    reading: (): Reading => ({
      api: noting,
      size: createPageSize(PAGE_SIZE),
      maxPages: 100,
      signal: new AbortController().signal,
    }),
    /** The questions since this was last called, without where on the list they stand. */
    takeQuestions(): ReadonlySet<string> {
      const taken = new Set(asked);
      asked = [];
      return taken;
    },
    async close() {
      api.close();
      await sandbox.close();
    },
  };
}

type Stage = Awaited<ReturnType<typeof openStage>>;

function questionOf({ method, path, query = {}, body }: Parameters<Reading['api']['call']>[0]): string {
  const { pageSize: _size, offset: _offset, page: _page, token: _token, ...rest } = query;
  const { pagination: _paging, ...asked } =
    typeof body === 'object' && body !== null ? { ...body, pagination: 0 } : { pagination: 0 };
  return JSON.stringify([method, path, rest, asked]);
}

async function collect(walk: AsyncGenerator<SourcePage, Completeness>) {
  const items = new Map<string, RawItem>();
  let step = await walk.next();
  for (; !step.done; step = await walk.next()) for (const item of step.value.items) items.set(item.key, item);
  return { items, keys: [...items.keys()].sort(), complete: step.value.complete };
}

/** What is wrong with how a kind reads a second time; nothing when the second reads can prove something. */
export async function objectionsTo(kind: KomodorKind, stage: Stage): Promise<readonly string[]> {
  const objections: string[] = [];
  stage.takeQuestions();
  const first = await collect(kind.read(stage.reading(), WHOLE));
  const asked = stage.takeQuestions();
  const isNew = (what: string) => {
    for (const question of stage.takeQuestions())
      if (asked.has(question)) objections.push(`${what} asks again: ${question}`);
  };
  const whole = await collect(kind.readDifferently(stage.reading(), WHOLE));
  isNew('the second read of everything');
  if (!whole.complete) objections.push('the second read of everything is not complete');
  if (whole.keys.join() !== first.keys.join()) objections.push('the second read of everything gives other items');
  for (const item of [...first.items.values()].slice(0, 3)) {
    const scope = kind.addressing.scopeOf(item);
    const closer = scope && kind.readScope(stage.reading(), WHOLE, scope);
    if (!closer) {
      objections.push(`${item.label} lies in no place that can be asked about`);
      continue;
    }
    const found = await collect(closer);
    isNew('the closer look');
    if (!found.complete || !found.items.has(item.key)) objections.push(`the closer look does not show ${item.label}`);
  }
  return objections;
}

/** What the engine relies on in every kind. */
export function describeKind(kind: KomodorKind, { route, scopedRoute, count, addressOf }: Example): void {
  describe(`${kind.name} as a kind`, () => {
    let stage: Stage;
    let all: Awaited<ReturnType<typeof collect>>;
    const { addressing } = kind;
    const read = (selector: JsonObject = WHOLE) => collect(kind.read(stage.reading(), selector));
    beforeAll(async () => {
      stage = await openStage();
      all = await read();
    });
    afterAll(() => stage.close());

    it('is read whole, over several pages', () => {
      expect(all.complete).toBe(true);
      expect(all.keys).toHaveLength(count(stage.world));
      expect(all.keys.length).toBeGreaterThan(2 * PAGE_SIZE);
    });

    describe.each(LISTING_FAULTS)('with a listing that goes wrong: %s', (fault) => {
      it.each(['', ' page 2'])('claims nothing false, or the closer look says so (on%s)', async (where) => {
        const { faults } = stage.sandbox;
        faults.add(`${route}${where} -> ${fault}`);
        const seen = await withoutFaults(faults, () => read());
        if (!seen.complete) return;
        // Nobody can see that a page which looks whole was cut: then the place itself must show what is missing.
        for (const [key, item] of all.items) {
          if (seen.items.has(key)) continue;
          const scope = addressing.scopeOf(item);
          const closer = scope && kind.readScope(stage.reading(), WHOLE, scope);
          expect(closer && (await collect(closer)).items.has(key), item.label).toBe(true);
        }
      });

      it('never claims more of a closer look than is true', async () => {
        if (MAY_CUT_A_PLACE.includes(fault)) return;
        const [item] = all.items.values();
        const scope = item && addressing.scopeOf(item);
        if (!item || !scope) throw new Error('there is nothing to look at');
        const here = [...all.items].filter(([, other]) => same(addressing.scopeOf(other), scope)).map(([key]) => key);
        stage.sandbox.faults.add(`${scopedRoute} -> ${fault}`);
        const seen = await withoutFaults(stage.sandbox.faults, async () => {
          const closer = kind.readScope(stage.reading(), WHOLE, scope);
          return closer && collect(closer);
        });
        if (seen?.complete) for (const key of here) expect(seen.keys).toContain(key);
      });
    });

    it('reads a second time in another way', async () => expect(await objectionsTo(kind, stage)).toEqual([]));

    it('leaves out a place that its selector excludes, and names the key', async () => {
      const [item] = all.items.values();
      const scope = item && addressing.scopeOf(item);
      if (!scope) throw new Error('there is nothing to look at');
      for (const key of ['clusters', 'namespaces']) {
        expect(kind.readScope(stage.reading(), { [key]: ['another'] }, scope)).toBeUndefined();
        expect(kind.excludedBy({ [key]: ['another'] }, scope)).toBe(key);
      }
      expect(kind.excludedBy(WHOLE, scope)).toBeUndefined();
    });

    it('does not ask about a place with a hole', () =>
      expect(() => kind.readScope(stage.reading(), WHOLE, {})).toThrow('scope without'));

    it('takes a cluster that nobody knows for a mistake, not for an empty one', async () =>
      expect(await read({ clusters: ['no-such-cluster'] })).toMatchObject({ complete: false }));

    it('has a probe whose address is found again', () => {
      const { probe, parts, identity } = addressing;
      expect(addressing.scope(parts)).toEqual(addressing.scopeOf(probe));
      expect(addressing.partsOf(probe)).toEqual(Object.fromEntries(identity.map((part) => [part, parts[part]])));
      for (const value of Object.values(parts)) expect(JSON.stringify(probe.value)).toContain(value);
    });

    it('has a key, a place and an identity for every item', () => {
      for (const item of all.items.values()) {
        expect(addressing.scopeOf(item), item.label).toBeDefined();
        expect(Object.keys(addressing.partsOf(item)), item.label).toEqual([...addressing.identity]);
      }
      expect(kind.toItem(null)).toBeUndefined();
      expect(kind.toItem({})?.key).toMatch(/^{"hash":/);
    });

    it('finds what a live event names, and tells it from its neighbours', async () => {
      for (const item of [...all.items.values()].slice(0, 5)) {
        const narrow = addressing.narrow(addressOf(item));
        if (!narrow) throw new Error(`nothing for ${item.label}`);
        expect(narrow.scope).toEqual(addressing.scopeOf(item));
        expect(narrow.holds(item)).toBe(true);
        stage.takeQuestions();
        await drain(kind.readScope(stage.reading(), WHOLE, narrow.scope));
        const [once] = stage.takeQuestions();
        await drain(kind.readScope(stage.reading(), { ...WHOLE, ...narrow.secondLook }, narrow.scope));
        // What live events may delete is asked for in two ways.
        if (narrow.goesWithWorkload) expect(stage.takeQuestions()).not.toContain(once);
        expect(kind.checkSelector(narrow.secondLook)).toEqual([]);
        expect(kind.checkSelector(narrow.around)).toEqual([]);
      }
    });

    it('has one form for selectors that ask for the same', () => {
      const two = kind.normalSelector({ clusters: ['b', 'a', 'b'] });
      expect(two).toEqual(kind.normalSelector({ clusters: ['a', 'b'], namespaces: null }));
      expect(kind.normalSelector(WHOLE)).toEqual(kind.normalSelector({ clusters: [], namespaces: [] }));
      expect(two).not.toEqual(kind.normalSelector({ clusters: ['a'] }));
    });

    it('names a key that it does not know, with what was probably meant', () =>
      expect(kind.checkSelector({ cluster: ['a'] })).toEqual([expect.stringContaining('(did you mean clusters?)')]));
  });
}

/** What looks whole from within one place; the whole read and the neighbours have to say it. */
const MAY_CUT_A_PLACE = [
  'half-page',
  'truncate 30',
  'truncate 30 total',
  'empty',
  'drop-namespace shop',
  'drop-cluster production-eu',
];

async function withoutFaults<T>(faults: KomodorSandbox['faults'], act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } finally {
    faults.clear();
  }
}

async function drain(walk: AsyncGenerator<SourcePage, Completeness> | undefined): Promise<void> {
  if (walk) await collect(walk);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
