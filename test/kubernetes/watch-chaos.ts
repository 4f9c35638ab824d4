import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import {
  catalogMarkingWrites,
  catalogSkippingMarked,
  currentMark,
  WritesInProgress,
} from '../../src/core/catalog-guards.ts';
import { compileMapping } from '../../src/core/extractions.ts';
import { refreshItems } from '../../src/core/live-changes.ts';
import { LiveGuard } from '../../src/core/live-guard.ts';
import type { Kind, Mapping, ResourceEntry } from '../../src/core/model.ts';
import type { Catalog, MappedItem, Mapper, Ports } from '../../src/core/ports.ts';
import { ProblemBook } from '../../src/core/problem-book.ts';
import { resync } from '../../src/core/resync.ts';
import { kindBook } from '../../src/core/source.ts';
import { createKubernetesSource } from '../../src/kubernetes/source.ts';
import { watchResource } from '../../src/kubernetes/watch.ts';
import { watchedKinds } from '../../src/kubernetes/watched-kinds.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import type { KubernetesObject } from '../../src/sandbox/kubernetes/model.ts';
import { startKubernetes } from '../../src/sandbox/kubernetes/start-kubernetes.ts';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { ClusterWatch } from '../../src/service/cluster-watch.ts';
import { WatchBook } from '../../src/service/watch-book.ts';
import { memoryCatalog } from '../core/memory-catalog.ts';
import { apiOf, QUICK } from './watch-stage.ts';

const { signal } = new AbortController();
const KINDS = { 'v1/pods': 'service', 'v1/configmaps': 'risk' } as const;
const BLUEPRINT = new Map<Kind, string>(Object.entries(KINDS));
const OBJECTS = { 'v1/pods': 'Pod', 'v1/configmaps': 'ConfigMap' } as const;
const NAMESPACES = ['a', 'b'];
const STEPS = 30;

const ENTRIES = Object.keys(KINDS).map(
  (kind): ResourceEntry => ({ path: kind, kind, selectorQuery: 'true', selector: {}, templates: [] }),
);
const MAPPING: Mapping = {
  flags: {
    enableMergeEntity: true,
    deleteDependentEntities: false,
    createMissingRelatedEntities: false,
    entityDeletionThreshold: 0.999,
  },
  entries: ENTRIES,
  disabled: [],
};

/** Each object gives one entity, `namespace-name`. */
const MAPPER: Mapper = {
  async compile(entries) {
    const mapOne = (item: MappedItem['item']): MappedItem => ({
      item,
      rows: entries.map((entry) => {
        const { metadata, text = null } = Object(item.value);
        const identifier = `${metadata.namespace}-${metadata.name}`;
        const properties = { text, cluster: 'c', namespace: metadata.namespace };
        const entity = { blueprint: BLUEPRINT.get(entry.kind) ?? '', identifier, properties, relations: {} };
        return { type: 'entity', entry, entity, failures: [] };
      }),
    });
    const blueprints = entries.map(({ kind }) => BLUEPRINT.get(kind) ?? '');
    const properties = { text: '.text', cluster: '"c"', namespace: '.metadata.namespace' };
    const template = { path: '', identifier: '.', blueprint: '', properties, relations: {} };
    const program = {
      ...{ entries, blueprints },
      writing: (blueprint: string) => (blueprints.includes(blueprint) ? [template] : []),
      map: async (items: readonly MappedItem['item'][]) => items.map(mapOne),
      mapUnfiltered: async (item: MappedItem['item']) => mapOne(item),
    };
    return { program, problems: [], warnings: [] };
  },
};

/** What a server, and the network before it, may do wrong once. */
function fault(random: Random): string {
  const verb = random.pick(['watch', 'watch', 'list']);
  const route = `${verb}-${random.pick(['pods', 'configmaps'])}`;
  const action =
    verb === 'watch'
      ? random.pick(['500', '429', '503', 'reset', 'garbage 502', 'slow 5', 'slow-stream 2', 'cut-after 200'])
      : random.pick(['500', '429', '410', 'reset', 'cut', 'break', 'slow 5']);
  const more = verb === 'watch' && random.chance(0.4) ? `cut-line ${random.int(1, 4)}` : action;
  return `${route} -> ${more}${more.startsWith('cut-') && random.chance(0.5) ? ' break' : ''} ${random.pick(['once', 'twice'])}`;
}

/**
 * A cluster that changes and a server that does not keep still, a watch, resyncs, and a catalog. In the end the catalog has
 * to be what the cluster is.
 */
export async function watchInBadWeather(seed: number): Promise<void> {
  const random = createRandom('watch', seed);
  const server = await startKubernetes({ bookmarkMs: 15 });
  const api = apiOf(server, 3);
  const source = createKubernetesSource({ api, pageSize: random.pick([3, 500]) });
  const kinds = kindBook(Object.keys(KINDS).map((kind) => source.kind(kind)));
  const { catalog: memory } = memoryCatalog({}, MAPPING);
  const reused = new Set<string>();
  const wrong: string[] = [];

  const exists = (blueprint: string, identifier: string) =>
    expected(blueprint).some(([name]) => name === identifier) && !reused.has(identifier);
  const catalog: Catalog = {
    ...memory,
    async *owned(shape, fields, given, where = {}) {
      await sleep(0);
      const names = where.$identifier;
      for await (const page of memory.owned(shape, fields, given))
        yield names === undefined ? page : page.filter(({ identifier }) => names.includes(identifier));
    },
    async upsert(...given) {
      await sleep(random.int(0, 2));
      return memory.upsert(...given);
    },
    async remove(blueprint, identifiers, given) {
      for (const identifier of identifiers)
        if (exists(blueprint, identifier)) wrong.push(`${blueprint} ${identifier} exists, and was deleted`);
      return memory.remove(blueprint, identifiers, given);
    },
  };
  const base: Omit<Ports, 'catalog'> = {
    ...{ kinds, mapper: MAPPER },
    now: () => new Date(),
    traffic: { snapshot: () => ({ komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 }) },
  };
  const underWay = { resync: new WritesInProgress(), live: new WritesInProgress() };
  const queue = createInlineQueue();
  const livePorts = { ...base, catalog: catalogMarkingWrites(catalog, queue, underWay) };
  const compiled = await compileMapping(livePorts, MAPPING, 'test', new ProblemBook(), signal);
  const rules = { marks: queue, guard: new LiveGuard(queue, null, () => performance.now() * 1_000) };
  let resyncs = 0;
  /** Whether the watch has said that it leaves something to the next resync of the schedule. */
  let leftToSchedule = false;
  await queue.start({
    live: async () => undefined,
    async run(runId, order, runSignal) {
      for (let attempt = 1; ; attempt += 1) {
        const guarded = catalogSkippingMarked(catalog, queue, await currentMark(queue), underWay);
        const report = await resync({ ...base, catalog: guarded }, { ...order, runId }, runSignal);
        resyncs += 1;
        const isWhole = report.kinds.every(({ complete }) => complete);
        const isHeldBack = report.blueprints.some(({ deletionBlocked }) => deletionBlocked !== null);
        if (attempt === 20 || (isWhole && !isHeldBack)) return report;
      }
    },
  });
  const watch = new ClusterWatch({
    queue,
    kinds: async () => watchedKinds(compiled.extractions),
    watch: (kind, _namespace, hooks, ending) => watchResource(source, kind, hooks, ending, { clock: QUICK }),
    async flush(changes, attempt, given) {
      try {
        const report = await refreshItems(livePorts, { mapping: MAPPING, ...compiled }, changes, rules, given);
        leftToSchedule ||= report.heldBack > 0;
      } catch (error) {
        if (attempt < 20) throw error;
        leftToSchedule = true;
      }
    },
    book: new WatchBook({ logger: pino({ level: 'silent' }), note: () => undefined, onEvent: () => undefined }),
    quietMs: 3,
    pauseMs: 2,
    togetherMs: 5,
  });

  const objects = new Map<string, KubernetesObject>();
  let count = 0;
  function expected(blueprint: string): (readonly [string, string])[] {
    return [...objects.values()]
      .filter(({ kind }) => (kind === 'Pod' ? 'service' : 'risk') === blueprint)
      .map(({ metadata: { namespace, name }, text }) => [`${namespace}-${name}`, String(text)] as const)
      .sort();
  }
  async function actual(blueprint: string) {
    const found: (readonly [string, string])[] = [];
    const shape = await memory.blueprint(blueprint, signal);
    if (shape === undefined) throw new Error('no blueprint');
    for await (const page of memory.owned(shape, NO_FIELDS, signal))
      for (const { identifier, properties } of page) found.push([identifier, String(properties.text)]);
    return found.sort();
  }
  function put(name: string, of: { readonly kind: string; readonly namespace: string }): void {
    const { kind, namespace } = of;
    count += 1;
    const object = { apiVersion: 'v1', kind, metadata: { name, namespace }, text: `text ${count}` };
    server.put(object);
    objects.set(`${kind}/${namespace}/${name}`, object);
  }
  function change(): void {
    const known = random.weighted([
      [undefined, objects.size < 6 ? 10 : 3],
      ['known', 4],
      ['gone', objects.size > 6 ? 3 : 0],
      ['anew', 1],
    ]);
    const [key, object] = objects.size > 0 ? random.pick([...objects]) : [];
    if (known === undefined || key === undefined || object === undefined) {
      put(`o${count}`, { kind: random.pick(Object.values(OBJECTS)), namespace: random.pick(NAMESPACES) });
      return;
    }
    const { kind, metadata } = object;
    const { name, namespace = '' } = metadata;
    const ofKind = [...objects.values()].filter((each) => each.kind === kind).length;
    // Of a blueprint the last entities never go by themselves.
    if (known !== 'known' && ofKind > 2) {
      if (known === 'anew') reused.add(`${namespace}-${name}`);
      objects.delete(key);
      server.remove(object);
    }
    if (known !== 'gone' || ofKind <= 2) put(name, { kind, namespace });
  }
  function weather(): void {
    const what = random.weighted([
      ['none', 6],
      ['end', 2],
      ['compact', 1],
      ['fault', 4],
      ['cut and compact', 1],
    ]);
    if (what === 'fault') server.faults.add(fault(random));
    if (what === 'cut and compact') server.faults.add('watch-pods -> reset once');
    if (what === 'end' || what === 'cut and compact') server.endWatches();
    if (what.includes('compact')) server.compact();
  }

  try {
    await watch.begun(5_000);
    watch.covered();
    await queue.request({ mode: 'resync', trigger: 'start', kinds: [], approveDeletions: [] });
    for (let step = 0; step < STEPS; step += 1) {
      for (let times = random.int(0, 3); times > 0; times -= 1) change();
      weather();
      if (random.chance(0.5)) await sleep(random.int(0, 8));
    }
    server.faults.clear();
    const isSame = async () => {
      for (const blueprint of Object.values(KINDS))
        if (JSON.stringify(await actual(blueprint)) !== JSON.stringify(expected(blueprint))) return false;
      return true;
    };
    const deadline = Date.now() + 20_000;
    while (!(await isSame())) {
      // The schedule brings what a watch leaves to it.
      if (leftToSchedule) {
        leftToSchedule = false;
        await queue.request({ mode: 'resync', trigger: 'schedule', kinds: [], approveDeletions: [] });
      }
      if (Date.now() > deadline) {
        const [is, should] = [await actual('service'), expected('service')];
        const risks = [await actual('risk'), expected('risk')];
        throw new Error(
          `seed ${seed}: the catalog is not the cluster after ${resyncs} resyncs: ${JSON.stringify({ is, should, risks, watches: watch.watches() })}`,
        );
      }
      await sleep(10);
    }
    if (wrong.length > 0) throw new Error(`seed ${seed}: ${wrong.join('; ')}`);
  } finally {
    await watch.stop(1_000);
    await queue.close(1_000);
    api.close();
    await server.close();
  }
}

const NO_FIELDS = { title: false, icon: false, team: false, properties: [], relations: [] };
