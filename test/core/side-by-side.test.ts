import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entity, RawItem, ResourceEntry } from '../../src/core/model.ts';
import type { Catalog, Ports, Program } from '../../src/core/ports.ts';
import type { RunReport } from '../../src/core/report.ts';
import { resync } from '../../src/core/resync.ts';
import { kindBook, type Walk } from '../../src/core/source.ts';
import { memoryCatalog } from './memory-catalog.ts';
import { kindWith, listingOf } from './test-kind.ts';

const PER_PAGE = 3;

interface World {
  readonly services: readonly string[];
  /** Names of risks, each with the service that it points at. */
  readonly risks: readonly (readonly [string, string])[];
  /** What Port has of ours before. */
  readonly stored?: readonly string[];
  /** How many turns of the event loop each answer takes. */
  readonly ticks: () => number;
  /** The page of services that ends the run. */
  readonly failsAt?: number;
}

async function wait(ticks: number): Promise<void> {
  for (let at = 0; at < ticks; at += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The engine between a source and a catalog that answer in an order of chance. Like Port, the catalog refuses a relation to nothing. */
async function run({ services, risks, stored = [], ticks, failsAt }: World) {
  const memory = memoryCatalog(
    { service: new Map(stored.map((name) => [name, undefined])) },
    {
      flags: {
        enableMergeEntity: true,
        deleteDependentEntities: false,
        createMissingRelatedEntities: false,
        entityDeletionThreshold: null,
      },
      entries: ['risks', 'services'].map((kind) => ({
        path: kind,
        kind,
        selectorQuery: 'true',
        selector: {},
        templates: [],
      })),
      disabled: [],
    },
  );
  const events: string[] = [];
  const refusals: string[] = [];
  const written = new Map<string, number>();
  const has = (blueprint: string, name: string) => memory.left().get(blueprint)?.includes(name) === true;

  const catalog: Catalog = {
    ...memory.catalog,
    limits: { ...memory.catalog.limits, entitiesPerBatch: 2 },
    async *owned(...given) {
      await wait(ticks());
      yield* memory.catalog.owned(...given);
    },
    async existing(...given) {
      await wait(ticks());
      return memory.catalog.existing(...given);
    },
    async upsert(batch, flags, signal) {
      await wait(ticks());
      const outcomes = [];
      for (const entity of batch.entities) {
        const { service } = entity.relations;
        const key = `${entity.blueprint} ${String(entity.identifier)}`;
        if (typeof service === 'string' && !has('service', service)) {
          refusals.push(key);
          outcomes.push({ type: 'missing_relation', message: service } as const);
          continue;
        }
        written.set(key, (written.get(key) ?? 0) + 1);
        outcomes.push(...(await memory.catalog.upsert({ ...batch, entities: [entity] }, flags, signal)));
      }
      return outcomes;
    },
  };

  async function* pagesOf(kind: string, items: readonly RawItem[], signal: AbortSignal): Walk {
    for (let page = 0; page * PER_PAGE < Math.max(1, items.length); page += 1) {
      events.push(`ask ${kind} ${page}`);
      await wait(ticks());
      signal.throwIfAborted();
      if (kind === 'services' && page === failsAt) throw new Error('the key was refused');
      events.push(`got ${kind} ${page}`);
      yield { items: items.slice(page * PER_PAGE, (page + 1) * PER_PAGE), malformed: 0 };
    }
    return { complete: true };
  }
  const itemsOf: { readonly [kind: string]: readonly RawItem[] } = {
    services: services.map((name) => ({ key: name, label: name, value: {} })),
    risks: risks.map(([name, service]) => ({ key: name, label: name, value: { service } })),
  };
  const kinds = kindBook(
    ['risks', 'services'].map((name) =>
      kindWith({
        name,
        select: () => ({ listing: listingOf({ read: (signal) => pagesOf(name, itemsOf[name] ?? [], signal) }) }),
      }),
    ),
  );
  const ports: Ports = {
    kinds,
    catalog,
    mapper: { compile: async (entries) => ({ program: programOf(entries, ticks), problems: [], warnings: [] }) },
    traffic: { snapshot: () => ({ komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 }) },
    now: () => new Date(0),
  };
  const request = { runId: 'r', mode: 'resync', trigger: 'cli' } as const;
  const report = await resync(ports, request, new AbortController().signal);
  const underWay = events.length;
  await wait(30);
  return { report, events, refusals, written, left: memory.left(), wasQuiet: events.length === underWay };
}

function programOf(entries: readonly ResourceEntry[], ticks: () => number): Program {
  const [entry] = entries;
  if (entry === undefined) throw new Error('each program has an entry');
  const blueprint = entry.kind === 'services' ? 'service' : 'risk';
  const map: Program['map'] = async (items) => {
    await wait(ticks());
    return items.map((item) => {
      const { service } = item.value;
      const relations = typeof service === 'string' ? { service } : {};
      const entity: Entity = { blueprint, identifier: item.label, properties: { text: item.key }, relations };
      return { item, rows: [{ type: 'entity' as const, entry, entity, failures: [] }] };
    });
  };
  return {
    entries,
    blueprints: [blueprint],
    writing: () => [],
    map,
    mapUnfiltered: async (item) => ({ item, rows: [] }),
  };
}

/** What must not depend on chance. */
function factsOf({ lanes: _, durationMs: _time, ...report }: RunReport) {
  return report;
}

const NO_WAIT = () => 0;

/** Numbers of chance, the same for the same seed. */
function chance(seed: number, most: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state % (most + 1);
  };
}

describe('kinds side by side', () => {
  it('asks for the first pages of all kinds together, and before what Port has is known', async () => {
    const services = Array.from({ length: 9 }, (_, at) => `s${at}`);
    const { events } = await run({ services, risks: [['r', 's8']], ticks: () => 5 });
    expect(events.slice(0, 2).sort()).toEqual(['ask risks 0', 'ask services 0']);
  });

  it('gives the same catalog and the same report, with no refusal and no second write, whatever comes first', async () => {
    const name = fc.integer({ min: 0, max: 14 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 12 }),
        fc.array(fc.tuple(name, name), { maxLength: 14 }),
        fc.uniqueArray(name, { maxLength: 4 }),
        fc.nat(1_000_000),
        async (services, pairs, stored, seed) => {
          const world = {
            services: services.map((at) => `s${at}`),
            risks: pairs.map(([risk, service]) => [`r${risk}`, `s${service}`] as const),
            stored: stored.map((at) => `s${at}`),
          };
          const calm = await run({ ...world, ticks: NO_WAIT });
          const mixed = await run({ ...world, ticks: chance(seed, 7) });
          expect(factsOf(mixed.report)).toEqual(factsOf(calm.report));
          for (const [blueprint, names] of calm.left)
            expect(mixed.left.get(blueprint)?.toSorted()).toEqual(names.toSorted());
          expect(mixed.refusals).toEqual([]);
          expect([...mixed.written.values()].every((times) => times === 1)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('stops all kinds when one ends the run, and nothing is under way when the report is there', async () => {
    const services = Array.from({ length: 20 }, (_, at) => `s${at}`);
    const risks = Array.from({ length: 60 }, (_, at) => [`r${at}`, `s${at % 20}`] as const);
    for (let seed = 0; seed < 40; seed += 1) {
      const { report, wasQuiet } = await run({ services, risks, ticks: chance(seed, 6), failsAt: 1 });
      expect(report.status).toBe('failed');
      expect(report.kinds.map(({ kind, complete }) => [kind, complete])).toEqual([
        ['services', false],
        ['risks', false],
      ]);
      expect(wasQuiet).toBe(true);
    }
  });

  it('pauses a kind that fills the room, and still writes everything once', async () => {
    // Every risk points at the last service, so all of them wait; the room holds 2,000.
    const services = Array.from({ length: 300 }, (_, at) => `s${at}`);
    const risks = Array.from({ length: 6_000 }, (_, at) => [`r${at}`, 's299'] as const);
    const { report, written, refusals, events } = await run({ services, risks, ticks: NO_WAIT });
    expect(report.status).toBe('completed');
    expect(refusals).toEqual([]);
    expect(written.size).toBe(6_300);
    const lastOfServices = events.indexOf('got services 99');
    const readBefore = events.slice(0, lastOfServices).filter((event) => event.startsWith('got risks')).length;
    expect(readBefore * PER_PAGE).toBeLessThan(5_000);
  });
});
