import type { Completeness, Entity, Kind, RawItem, ResourceEntry } from '../../src/core/model.ts';
import type { Catalog, MappedItem, Mapper, Ports, Program, RunObserver } from '../../src/core/ports.ts';
import type { RunReport } from '../../src/core/report.ts';
import { type ResyncRequest, resync } from '../../src/core/resync.ts';
import { type Absence, type KindBook, kindBook, type Place, type SourcePage } from '../../src/core/source.ts';
import { memoryCatalog, type StoredThings } from './memory-catalog.ts';
import { kindWith, listingOf } from './test-kind.ts';

/** Something in the source. Its entity has the same name, unless the mapping refuses it or lets Port find it (`searched`). */
export interface Thing {
  readonly name: string;
  /** In which cluster and namespace it lies, `c/n`; absent: the entity does not say. */
  readonly place?: string;
  readonly text?: string;
  /** What the mapping makes of it (default: an entity). */
  readonly fate?: 'entity' | 'filtered' | 'rejected' | 'searched';
}

const GONE: Absence = { means: 'gone' };
const PROBE_TIME = '2026-01-01T00:00:00Z';
const PLACES = ['c1/n1', 'c1/n2', 'c2/n1'];

/** So many things, each with a place. */
export function things(count: number, from = 0): Thing[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `e${from + index}`,
    place: PLACES[(from + index) % PLACES.length] ?? '',
  }));
}

/** Things as Port has them. */
export function asStored(those: readonly Thing[]): ReadonlyMap<string, string | undefined> {
  return new Map(those.map(({ name, place }) => [name, place]));
}

const COMPLETE: Completeness = { complete: true };

/** What a source answers: what a whole read gives, and what a closer look at one place gives. */
export interface Shows {
  readonly things: readonly Thing[];
  readonly end?: Completeness;
  readonly malformed?: number;
  /** What the closer look finds, and how it ends; by default the same things at that place. */
  readonly closer?: (scope: Place) => readonly Thing[];
  readonly closerEnd?: Completeness;
  readonly closerMalformed?: number;
  /** Thrown by the closer look. */
  readonly closerError?: Error;
}

/** A source of two kinds, a mapping and a catalog, all in this process: the engine as it is, without the world around it. */
export interface SmallWorld {
  readonly services?: Shows;
  readonly risks?: Shows;
  /** What Port has of ours, by blueprint. */
  readonly stored?: StoredThings;
  readonly threshold?: number | null;
  /** Risks are written as services too, so that two kinds feed one blueprint. */
  readonly oneBlueprint?: boolean;
  /** Services leave alone what other programs keep. */
  readonly yields?: boolean;
  /** What absence means in a kind (default: gone). The entity's own time is its text. */
  readonly absence?: { readonly services?: Absence | ((now: Date) => Absence); readonly risks?: Absence };
  readonly now?: Date;
  /** What time it is once everything was read, where the clock was set meanwhile. */
  readonly later?: Date;
  readonly catalog?: (honest: Catalog) => Catalog;
}

export interface SmallRun {
  readonly report: RunReport;
  /** What Port has afterwards, by blueprint: names in the order in which they came. */
  readonly left: ReadonlyMap<string, readonly string[]>;
  /** Every closer look that was taken; `whole` when the entity did not say where to look. */
  readonly looks: readonly (Place | 'whole')[];
}

export async function runSmall(
  world: SmallWorld,
  request: Partial<ResyncRequest> = {},
  { observer, signal = new AbortController().signal }: { observer?: RunObserver; signal?: AbortSignal } = {},
): Promise<SmallRun> {
  const { threshold = 0.3, stored = {}, oneBlueprint = false, now = new Date(0), later = now } = world;
  let isRead = false;
  const memory = memoryCatalog(stored, {
    flags: {
      enableMergeEntity: true,
      deleteDependentEntities: false,
      createMissingRelatedEntities: false,
      entityDeletionThreshold: threshold,
    },
    entries: [entryOf('komodorService'), entryOf('komodorHealthMonitoring')],
    disabled: [],
  });
  const looks: (Place | 'whole')[] = [];
  const ports: Ports = {
    kinds: kindsOf(world, looks, () => {
      isRead = true;
    }),
    mapper: mapperTo((kind) => (kind === 'komodorService' || oneBlueprint ? 'service' : 'risk')),
    catalog: world.catalog?.(memory.catalog) ?? memory.catalog,
    traffic: { snapshot: () => ({ komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 }) },
    now: () => (isRead ? later : now),
  };
  const report = await resync(
    ports,
    { runId: 'r', mode: 'resync', trigger: 'cli', ...request },
    signal,
    observer ? { observer } : {},
  );
  return { report, left: memory.left(), looks };
}

/** How a run treated one blueprint. */
export function blueprintIn({ report }: SmallRun, blueprint: string) {
  const found = report.blueprints.find((each) => each.blueprint === blueprint);
  if (!found) throw new Error(`no ${blueprint} in the report`);
  return found;
}

function entryOf(kind: Kind): ResourceEntry {
  return { path: kind, kind, selectorQuery: 'true', selector: {}, templates: [] };
}

function kindsOf(world: SmallWorld, looks: (Place | 'whole')[], onRead: () => void): KindBook {
  const shows = (kind: Kind): Shows => (kind === 'komodorService' ? world.services : world.risks) ?? { things: [] };
  const closerLook = (kind: Kind, scope: Place | 'whole') => {
    const { things, closer, closerEnd = COMPLETE, closerMalformed = 0, closerError } = shows(kind);
    looks.push(scope);
    const here =
      scope === 'whole' ? things : things.filter(({ place }) => place === `${scope.cluster}/${scope.namespace}`);
    return pageOf(closer?.(scope === 'whole' ? {} : scope) ?? here, closerEnd, closerMalformed, closerError);
  };
  const kindNamed = (name: Kind) =>
    kindWith({
      name,
      yields: world.yields === true && name === 'komodorService',
      select: (selector) => ({
        listing: listingOf({
          selector,
          absence(now) {
            const { services = GONE, risks = GONE } = world.absence ?? {};
            const absence = name === 'komodorService' ? services : risks;
            return typeof absence === 'function' ? absence(now) : absence;
          },
          read() {
            onRead();
            const { things, end = COMPLETE, malformed = 0 } = shows(name);
            return pageOf(things, end, malformed);
          },
          confirm: (scope) => closerLook(name, scope),
          confirmAll: () => closerLook(name, 'whole'),
        }),
      }),
      probe: {
        item: itemOf({ name: 'probe', place: 'probe-cluster/probe-namespace', text: PROBE_TIME }),
        place: { cluster: 'probe-cluster', namespace: 'probe-namespace', time: PROBE_TIME },
      },
      placeOf: ({ value: { cluster, namespace } }) =>
        typeof cluster === 'string' && typeof namespace === 'string' ? { cluster, namespace } : {},
      scopeOf: ({ cluster, namespace }) => (cluster && namespace ? { cluster, namespace } : undefined),
    });
  return kindBook([kindNamed('komodorService'), kindNamed('komodorHealthMonitoring')]);
}

async function* pageOf(
  things: readonly Thing[],
  end: Completeness,
  malformed: number,
  error?: Error,
): AsyncGenerator<SourcePage, Completeness> {
  if (error) throw error;
  yield { items: things.map(itemOf), malformed };
  return end;
}

function itemOf({ name, place, text, fate = 'entity' }: Thing): RawItem {
  const [cluster, namespace] = place?.split('/') ?? [];
  return { key: name, label: `item ${name}`, value: { name, cluster, namespace, text, fate } };
}

type BlueprintOf = (kind: Kind) => string;

function mapperTo(blueprintOf: BlueprintOf): Mapper {
  return { compile: async (entries) => ({ program: programOf(entries, blueprintOf), problems: [], warnings: [] }) };
}

function programOf(entries: readonly ResourceEntry[], blueprintOf: BlueprintOf): Program {
  const blueprints = entries.map(({ kind }) => blueprintOf(kind));
  const template = (blueprint: string) => ({
    path: blueprint,
    identifier: '.name',
    blueprint: `"${blueprint}"`,
    properties: { text: '.text', cluster: '.cluster', namespace: '.namespace' },
    relations: {},
  });
  const mapOne = (item: RawItem): MappedItem => ({
    item,
    rows: entries.map((entry) => {
      const blueprint = blueprintOf(entry.kind);
      const { name, fate, text, cluster, namespace } = item.value;
      if (fate === 'filtered') return { type: 'filtered', entry };
      if (fate === 'rejected') return { type: 'rejected', entry, blueprint, path: 'identifier', message: 'gave null' };
      const properties = { text: text ?? null, cluster: cluster ?? null, namespace: namespace ?? null };
      const query = { combinator: 'and', rules: [{ property: 'text', operator: '=', value: name }] };
      const identifier = fate === 'searched' ? query : String(name);
      const entity: Entity = { blueprint, identifier, properties, relations: {} };
      return { type: 'entity', entry, entity, failures: [] };
    }),
  });
  return {
    entries,
    blueprints,
    writing: (blueprint) => (blueprints.includes(blueprint) ? [template(blueprint)] : []),
    map: async (items) => items.map(mapOne),
    mapUnfiltered: async (item) => mapOne(item),
  };
}
