import type { LiveMemory } from '../../src/core/catalog-guards.ts';
import { removeGoneSubject } from '../../src/core/live-deletion.ts';
import { LiveGuard } from '../../src/core/live-guard.ts';
import type { Completeness, JsonObject, Kind, RawItem, ResourceEntry } from '../../src/core/model.ts';
import { openRun } from '../../src/core/open-run.ts';
import type { Catalog, FieldSelection, MappedItem, Program } from '../../src/core/ports.ts';
import { ProblemBook } from '../../src/core/problem-book.ts';
import type { Extraction } from '../../src/core/run.ts';
import { kindBook, type Place, type SourcePage, type Subject, select, type Walk } from '../../src/core/source.ts';
import { createInlineMarks } from '../../src/queue/inline-marks.ts';
import { shape, stored } from './shapes.ts';
import { kindWith, listingOf } from './test-kind.ts';

/** A workload, `cluster/namespace/name`. Its entity has that name, unless it says otherwise. */
export interface Workload {
  readonly at: string;
  readonly gives?: 'entity' | 'nothing' | 'rejected' | 'another' | 'elsewhere' | 'searched';
}

export interface LiveWorld {
  /** What Komodor shows, to the first look and to the second (default: the same). */
  readonly shows: readonly Workload[];
  readonly showsAgain?: readonly Workload[];
  /** What it shows around it (default: what it shows). */
  readonly showsAround?: readonly Workload[];
  /** Our entities in Port, by the same names. */
  readonly owned: readonly string[];
  readonly threshold?: number | null;
  /** One for each entry of the mapping: the clusters that it selects; none: all. */
  readonly selected?: readonly (readonly string[])[];
  readonly end?: Completeness;
  readonly malformed?: number;
  /** Whether the mapping keeps the place of an entity. */
  readonly keepsPlace?: boolean;
  /** What comes with a workload but does not go with it feeds the blueprint as well. */
  readonly outlives?: boolean;
  readonly taint?: boolean;
  /** Whether the source has nothing of the kind for such a workload. */
  readonly noPlace?: boolean;
  /** Whether Port does not list all our entities. */
  readonly listFails?: boolean;
  /** What Port refuses to delete; `all` throws. */
  readonly refuses?: readonly string[] | 'all';
  readonly resyncIntervalMs?: number | null;
}

const ENTRY: ResourceEntry = { path: 'r', kind: 'komodorService', selectorQuery: 'true', selector: {}, templates: [] };
const text = { type: 'string' } as const;
const thing = shape({ properties: { cluster: text, namespace: text, name: text }, relations: {} });
const ADDRESS = { cluster: 'cluster', namespace: 'namespace', name: 'name' };

function partsOf(at: string) {
  const [cluster = '', namespace = '', name = ''] = at.split('/');
  return { cluster, namespace, name };
}

function itemOf({ at, gives = 'entity' }: Workload): RawItem {
  return { key: at, label: at, value: { ...partsOf(at), at, gives } };
}

function mapOne(item: RawItem): MappedItem {
  const { at, gives } = item.value;
  const query = { combinator: 'and', rules: [] };
  const identifier = gives === 'searched' ? query : gives === 'another' ? `${at}-new` : String(at);
  const entity = {
    blueprint: gives === 'elsewhere' ? 'other' : 'thing',
    identifier,
    properties: {},
    relations: {},
  };
  if (gives === 'nothing') return { item, rows: [{ type: 'filtered', entry: ENTRY }] };
  if (gives === 'rejected')
    return { item, rows: [{ type: 'rejected', entry: ENTRY, blueprint: 'thing', path: 'identifier', message: '' }] };
  return { item, rows: [{ type: 'entity', entry: ENTRY, entity, failures: [] }] };
}

const program: Program = {
  entries: [ENTRY],
  blueprints: ['thing'],
  writing: () => [],
  map: async (items) => items.map(mapOne),
  mapUnfiltered: async (item) => mapOne(item),
};

async function* pageOf(
  workloads: readonly Workload[],
  malformed: number,
  end: Completeness,
): AsyncGenerator<SourcePage, Completeness> {
  yield { items: [], malformed };
  yield { items: workloads.map(itemOf), malformed: 0 };
  return end;
}

function clustersOf(selector: JsonObject): readonly string[] {
  return Array.isArray(selector.clusters) ? selector.clusters.map(String) : [];
}

/** Everything that a live event needs, in this process; it can be told of one workload after the other. */
export function liveWorld(first: LiveWorld) {
  let world = first;
  const owned = new Set(first.owned);
  const clock = { ms: 0 };
  const inMemory = createInlineMarks(() => clock.ms);
  const givenBack: (readonly string[])[] = [];
  const memory: LiveMemory = {
    ...inMemory,
    uncountDeletions(owner, blueprint, identifiers) {
      givenBack.push(identifiers);
      return inMemory.uncountDeletions(owner, blueprint, identifiers);
    },
  };
  const guard = new LiveGuard(memory, first.resyncIntervalMs ?? null, () => clock.ms);
  const asked: (Place | JsonObject)[] = [];
  /** Whether the look around was ended. */
  const ended = { around: false };
  /** With which fields all our entities were listed. */
  const lists: FieldSelection[] = [];
  const listing = (selector: JsonObject) =>
    listingOf({
      selector,
      read() {
        asked.push(selector);
        const { showsAround = world.shows, malformed = 0, end = { complete: true } } = world;
        const around = showsAround.filter(({ at }) => clustersOf(selector).includes(partsOf(at).cluster));
        return ending(pageOf(around, malformed, end));
      },
      confirm(scope) {
        const clusters = clustersOf(selector);
        if (clusters.length > 0 && !clusters.includes(scope.cluster ?? '')) return 'excluded';
        asked.push(scope);
        const { shows, showsAgain = shows, malformed = 0, end = { complete: true } } = world;
        const shown = selector.again === true ? showsAgain : shows;
        const isHere = ({ at }: Workload) => at.startsWith(`${scope.cluster}/${scope.namespace}/`);
        return pageOf(shown.filter(isHere), malformed, end);
      },
    });
  const kindNamed = (kind: Kind) =>
    kindWith({
      name: kind,
      select: (selector) => ({ listing: listing(selector) }),
      narrow: ({ place: { cluster = '', namespace = '', name = '' } }) =>
        world.noPlace
          ? undefined
          : {
              scope: { cluster, namespace },
              holds: (item) => item.key === `${cluster}/${namespace}/${name}`,
              identifiedBy: [{ cluster, namespace, name }],
              confirmWith: { again: true },
              around: { clusters: [cluster] },
              deletedWithSubject: kind === 'komodorService',
            },
    });
  async function* ending(pages: Walk): Walk {
    try {
      return yield* pages;
    } finally {
      ended.around = true;
    }
  }
  const never = () => {
    throw new Error('not asked for here');
  };
  const catalog: Catalog = {
    limits: { entitiesPerBatch: 20, bytesPerBatch: 1000, batchesInFlight: 1, bytesInFlight: 8_000_000 },
    prepare: never,
    blueprint: async (identifier) => (identifier === 'thing' ? thing : undefined),
    async *owned(_shape, fields, _signal, where = {}) {
      if (Object.keys(where).some((part) => !(part in ADDRESS))) throw new Error('Port knows no such property');
      if (Object.keys(where).length === 0) {
        if (world.listFails) throw new Error('Port is away');
        lists.push(fields);
      }
      for (const identifier of [...owned]) {
        const properties = partsOf(identifier);
        const fits = Object.entries(where).every(([part, value]) =>
          Object.entries(properties).some(([p, v]) => p === part && v === value),
        );
        if (fits) yield [stored({ identifier, properties })];
      }
    },
    find: never,
    existing: never,
    ownedElsewhere: never,
    upsert: never,
    async remove(_blueprint, identifiers) {
      const { refuses = [] } = world;
      if (refuses === 'all') throw new Error('Port is away');
      const refused = identifiers.filter((identifier) => refuses.includes(identifier));
      const deleted = identifiers.filter((identifier) => !refuses.includes(identifier) && owned.delete(identifier));
      return { deleted, refused: refused.map((identifier) => ({ identifier, code: 'no', message: 'needed' })) };
    },
  };

  return {
    owned,
    asked,
    lists,
    ended,
    clock,
    givenBack,
    memory,
    guard,
    change(more: Partial<LiveWorld>): void {
      world = { ...world, ...more };
    },
    /** Works off an event about a workload of which the first read shows nothing. */
    async tell(at: string, alsoStale: readonly string[] = []) {
      const subject: Subject = { system: 'test', place: partsOf(at) };
      const { selected = [[]], keepsPlace = true, threshold = 0.5 } = world;
      const locators = new Map(keepsPlace ? [['thing', ADDRESS]] : []);
      const extraction = (name: Kind, selector: JsonObject): Extraction => {
        const kind = kindNamed(name);
        return { kind, listing: select(kind, selector), program, locators };
      };
      const extractions = selected.map((clusters) =>
        extraction('komodorService', clusters.length > 0 ? { clusters } : {}),
      );
      if (world.outlives) extractions.push(extraction('komodorHealthMonitoring', {}));
      const problems = new ProblemBook();
      const run = openRun(
        {
          ports: {
            kinds: kindBook([]),
            catalog: {
              ...catalog,
              owned: (...given) => ofThese(catalog.owned(...given), given[3], [at, ...alsoStale]),
            },
            mapper: { compile: never },
            traffic: { snapshot: never },
            now: never,
          },
          mapping: {
            flags: {
              enableMergeEntity: true,
              deleteDependentEntities: false,
              createMissingRelatedEntities: false,
              entityDeletionThreshold: threshold,
            },
            entries: [],
            disabled: [],
          },
          extractions,
          observer: {},
          problems,
          signal: new AbortController().signal,
        },
        () => ({ first: 'read' }),
      );
      const state = await run.state('thing');
      if (world.taint) state?.taint({ reason: 'incomplete', detail: 'x' });
      const heldBack = await removeGoneSubject(run, subject, guard);
      return { heldBack, deleted: state?.deleted, problems: problems.list() };
    },
  };

  /** The first read of an event sees only what is about its workload. */
  async function* ofThese(
    pages: ReturnType<Catalog['owned']>,
    where: Parameters<Catalog['owned']>[3],
    names: readonly string[],
  ): ReturnType<Catalog['owned']> {
    if (where?.first !== 'read') return yield* pages;
    yield names
      .filter((name) => owned.has(name))
      .map((identifier) => stored({ identifier, properties: partsOf(identifier) }));
  }
}
