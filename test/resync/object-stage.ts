import { parseMapping } from '../../src/config/mapping-schema.ts';
import { catalogMarkingWrites, WritesInProgress } from '../../src/core/catalog-guards.ts';
import { compileMapping } from '../../src/core/extractions.ts';
import type { JournalRow } from '../../src/core/journal.ts';
import { kindNames } from '../../src/core/kinds.ts';
import { refreshItems } from '../../src/core/live-changes.ts';
import { LiveGuard } from '../../src/core/live-guard.ts';
import type { Completeness, JsonObject, Kind, RawItem } from '../../src/core/model.ts';
import type { Ports } from '../../src/core/ports.ts';
import { ProblemBook } from '../../src/core/problem-book.ts';
import { kindBook, type Place, type SourceKind, type Walk } from '../../src/core/source.ts';
import { twinsOf } from '../../src/kubernetes/twins.ts';
import { createJqRunner } from '../../src/mapping/jq-runner.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import { resolveJq } from '../../src/mapping/resolve-jq.ts';
import { createInlineMarks } from '../../src/queue/inline-marks.ts';
import { OURS, openPortCatalog } from '../contract/open-port-catalog.ts';
import { kindWith, listingOf } from '../core/test-kind.ts';

const text = { type: 'string' };
const BLUEPRINTS = ['node', 'image', 'workload'].map((identifier) => ({
  identifier,
  title: identifier,
  schema: { properties: { phase: text, namespace: text, extra: text }, required: [] },
  relations: identifier === 'workload' ? { node: { target: 'node' } } : {},
}));

/** An object of the cluster, as a watch gives it. */
export function object(name: string, more: { readonly [key: string]: unknown } = {}): RawItem {
  const { namespace = 'payments', labels = {}, ...value } = more;
  const metadata = { name, uid: `uid-of-${name}`, labels, ...(namespace === '' ? {} : { namespace }) };
  const key = `${namespace}/${name}`;
  return { key, label: `Object ${key}`, value: { metadata, ...value } };
}

export interface StageOptions {
  readonly resources: readonly JsonObject[];
  readonly flags?: JsonObject;
  /** The kinds leave alone what other programs keep. */
  readonly yields?: boolean;
  readonly exporterStateKey?: string | undefined;
}

/** A cluster in memory, whose watch the test is, between a real jq and the stand-in for Port. */
export async function openObjects({ resources, flags = {}, yields = false, exporterStateKey }: StageOptions) {
  const cluster = new Map<Kind, RawItem[]>();
  const reads: { readonly kind: Kind; readonly of: Place | 'all' }[] = [];
  const answers: { end: Completeness; noise: readonly RawItem[] } = { end: { complete: true }, noise: [] };
  const counts = { jq: 0 };
  const kinds = ['v1/pods', 'v1/nodes', 'v1/services', 'getport.io/v1/entities'].map(objectKind);

  async function* show(items: readonly RawItem[]): Walk {
    yield { items: [...items, ...answers.noise], malformed: 0 };
    return answers.end;
  }

  function objectKind(name: Kind): SourceKind {
    const placeOf = ({ value }: RawItem) => {
      const { metadata } = value as { metadata: { name: string; namespace?: string } };
      return { namespace: metadata.namespace ?? '', name: metadata.name };
    };
    const isIn = (scope: Place) => (item: RawItem) =>
      Object.entries(scope).every(([part, value]) => new Map(Object.entries(placeOf(item))).get(part) === value);
    const itemsOf = () => cluster.get(name) ?? [];
    return kindWith({
      name,
      system: 'kubernetes',
      yields,
      placeOf,
      scopeOf: ({ namespace = '', name: object = '' }) => (namespace === '' ? { name: object } : { namespace }),
      identity: ['namespace', 'name'],
      probe: { item: object('probe', { namespace: 'probes' }), place: { namespace: 'probes', name: 'probe' } },
      twins: twinsOf,
      select: (selector) => ({
        listing: listingOf({
          selector,
          key: JSON.stringify(selector),
          excludedBy: ({ namespace }) =>
            Array.isArray(selector.namespaces) && !selector.namespaces.includes(namespace) ? 'namespaces' : undefined,
          selects: ({ value }) =>
            selector.labelSelector === undefined || JSON.stringify(value).includes(String(selector.labelSelector)),
          confirm(scope) {
            reads.push({ kind: name, of: scope });
            return show(itemsOf().filter(isIn(scope)));
          },
          confirmAll() {
            reads.push({ kind: name, of: 'all' });
            return show(itemsOf());
          },
        }),
      }),
    });
  }

  const open = await openPortCatalog();
  for (const blueprint of BLUEPRINTS) open.port.store.putBlueprint(blueprint);
  const jq = await createJqRunner(await resolveJq({}));
  const mapper = createMapper({
    jq: {
      ...jq,
      run(...given) {
        counts.jq += 1;
        return jq.run(...given);
      },
    },
  });
  const marks = createInlineMarks();
  const underWay = { resync: new WritesInProgress(), live: new WritesInProgress() };
  const book = kindBook(kinds);
  const ports: Ports = {
    kinds: book,
    mapper,
    catalog: catalogMarkingWrites(open.catalogOf('contract', exporterStateKey), marks, underWay),
    traffic: { snapshot: () => ({ komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 }) },
    now: () => new Date(),
  };
  const { mapping } = parseMapping(
    { enableMergeEntity: true, ...flags, resources },
    'test',
    kindNames(kinds.map(({ name }) => name)),
  );
  const { signal } = new AbortController();
  const compiled = await compileMapping(ports, mapping, 'test', new ProblemBook(), signal);
  const rules = { marks, guard: new LiveGuard(marks, null) };
  const rows: JournalRow[] = [];
  const writer = {
    async append(more: readonly JournalRow[]) {
      rows.push(...more);
    },
    end: async () => undefined,
  };
  return {
    ...{ reads, answers, counts, marks, rows },
    store: open.port.store,
    log: open.port.log,
    catalogOf: open.catalogOf,
    /** Puts an entity into Port. @param datasource who wrote it (default: we) */
    has: (blueprint: string, identifier: string, more: JsonObject = {}) =>
      open.port.store.putEntity({ blueprint, identifier, datasource: OURS, ...more }),
    entity: (blueprint: string, identifier: string) => open.port.store.entity(blueprint, identifier),
    names: (blueprint: string) => open.port.store.entitiesOf(blueprint).map(({ identifier }) => identifier),
    /** What the cluster has, for lists. */
    cluster,
    /** Says what a watch has seen. */
    tell: (kind: Kind, changed: readonly RawItem[], gone: readonly RawItem[] = []) =>
      refreshItems(ports, { mapping, ...compiled }, { kind, changed, gone }, rules, signal, {
        recording: { writer, detail: 'values', redact: (text) => text },
      }),
    close: () => open.close(),
  };
}
