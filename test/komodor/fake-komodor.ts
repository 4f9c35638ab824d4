import { onTestFinished } from 'vitest';
import type { Completeness, JsonObject, RawItem } from '../../src/core/model.ts';
import { type Place, type SourceKind, select, type Walk } from '../../src/core/source.ts';
import { offlineKomodorKinds } from '../../src/komodor/kinds.ts';
import { createKomodorSource, type KomodorSourceOptions } from '../../src/komodor/source.ts';
import { createGovernor } from '../../src/net/governor.ts';
import { type LocalServer, listen, type Reply, type Seen } from '../net/local-server.ts';

export interface Row {
  readonly [field: string]: unknown;
}

export interface World {
  readonly services?: readonly Row[];
  readonly risks?: readonly Row[];
  readonly clusters?: readonly string[];
}

/** Changes or replaces the honest reply to a request; `call` counts the requests of its route from 1. */
export type Twist = (reply: Reply, seen: Seen, call: number) => Reply;

export const KEY = '0f0f0f0f-aaaa-4bbb-8ccc-123456789abc';

export function service(i: number, more: Row = {}): Row {
  return { kind: 'Deployment', cluster: 'c1', namespace: 'n1', service: `s${i}`, status: 'healthy', ...more };
}

export function risk(i: number, more: Row = {}): Row {
  return { id: `r${i}`, checkType: 'HPAMax', komodorUid: `Deployment|c1|n1|s${i}`, severity: 'high', ...more };
}

export function many<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_value, i) => make(i));
}

/** A Komodor that answers from a world over a real socket. */
export async function fakeKomodor(world: World, twist: Twist = (reply) => reply): Promise<LocalServer> {
  const calls = new Map<string, number>();
  return listen((seen) => {
    const call = (calls.get(seen.path) ?? 0) + 1;
    calls.set(seen.path, call);
    return twist(honest(world, seen), seen, call);
  });
}

/** What to read of a kind. */
export interface Query {
  readonly kind: string;
  readonly selector: JsonObject;
}

/** A kind of Komodor where nothing is read. */
export function kindOf(name: string, kinds = offlineKomodorKinds()): SourceKind {
  const kind = kinds.get(name);
  if (!kind) throw new Error(`no kind ${name}`);
  return kind;
}

export function complaintsOf(kind: string, selector: JsonObject): readonly string[] {
  const selected = kindOf(kind).select(selector);
  return 'complaints' in selected ? selected.complaints : [];
}

/** Reads a Komodor at an address. */
export function sourceOf(url: string, more: Partial<KomodorSourceOptions> = {}) {
  const source = createKomodorSource({
    baseUrl: `${url}/api/v2`,
    apiKey: KEY,
    secrets: [KEY],
    timeoutMs: 5000,
    maxResponseBytes: 10_000_000,
    governor: createGovernor({ side: 'komodor', concurrency: 4 }),
    ...more,
  });
  onTestFinished(() => source.close());
  const listing = ({ kind, selector }: Query) => select(kindOf(kind, source.kinds), selector);
  return {
    read: (query: Query, signal: AbortSignal) => listing(query).read(signal),
    confirm: (query: Query, scope: Place, signal: AbortSignal) => listing(query).confirm(scope, signal),
    confirmAll: (query: Query, signal: AbortSignal) => listing(query).confirmAll(signal),
  };
}

/** A key as it is easy to read: `Deployment/c1/n1/s1`, `r1`. */
function nameOf(key: string): string {
  const identity: unknown = key.startsWith('[') ? JSON.parse(key) : key;
  return Array.isArray(identity) ? identity.join('/') : key;
}

export interface Collected {
  readonly items: readonly RawItem[];
  readonly keys: readonly string[];
  readonly pages: number;
  readonly malformed: number;
  readonly end: Completeness;
  /** The reason why it is incomplete, or `complete`. */
  readonly verdict: string;
}

export async function collect(walk: Walk | 'excluded'): Promise<Collected> {
  if (walk === 'excluded') throw new Error('the selector leaves the place out');
  const items: RawItem[] = [];
  let pages = 0;
  let malformed = 0;
  let step = await walk.next();
  for (; !step.done; step = await walk.next()) {
    items.push(...step.value.items);
    malformed += step.value.malformed;
    pages += 1;
  }
  const end = step.value;
  return {
    items,
    keys: items.map(({ key }) => nameOf(key)),
    pages,
    malformed,
    end,
    verdict: end.complete ? 'complete' : end.reason,
  };
}

function honest(world: World, seen: Seen): Reply {
  if (seen.headers['x-api-key'] !== KEY) return { status: 403, json: { Status: 'Forbidden' } };
  switch (seen.path) {
    case '/api/v2/services/search':
      return searchServices(world.services ?? [], seen);
    case '/api/v2/health/risks':
      return listRisks(world.risks ?? [], seen);
    case '/api/v2/clusters':
      return { json: { data: { clusters: (world.clusters ?? []).map((name) => ({ name })) } } };
    default:
      return { status: 404, json: { error: { code: 404, message: 'no such route' } } };
  }
}

function searchServices(services: readonly Row[], seen: Seen): Reply {
  const body = JSON.parse(seen.bodyText);
  if (body.kind?.length === 0) return { status: 400, json: { error: { code: 4004, message: 'kind is empty' } } };
  const rows = services.filter(
    (row) =>
      fits(body.scope?.cluster === undefined ? [] : [body.scope.cluster], row.cluster) &&
      fits(body.scope?.namespaces ?? [], row.namespace) &&
      fits(body.kind ?? [], row.kind) &&
      fits(body.status === undefined ? [] : [body.status], row.status),
  );
  const { pageSize, token } = body.pagination;
  const from = token === undefined ? 0 : Number(token.slice('at-'.length));
  const next = from + pageSize;
  const meta = { pageSize, token: next < rows.length ? `at-${next}` : null };
  return { json: { data: { services: rows.slice(from, next) }, meta } };
}

function listRisks(risks: readonly Row[], { query }: Seen): Reply {
  if (query.getAll('impactGroupType').length === 0)
    return { status: 400, json: { error: { message: 'impactGroupType' } } };
  const rows = risks.filter((row) => {
    const [, cluster, namespace] = String(row.komodorUid).split('|');
    return (
      fits(query.getAll('clusterName'), cluster) &&
      fits(query.getAll('namespace'), namespace) &&
      fits(query.getAll('komodorUid'), row.komodorUid) &&
      fits(query.getAll('severity'), row.severity) &&
      fits(query.getAll('checkType'), row.checkType)
    );
  });
  const offset = Number(query.get('offset'));
  const page = rows.slice(offset, offset + Number(query.get('pageSize')));
  return { json: risksAnswer(page, offset + page.length < rows.length, rows.length) };
}

export function risksAnswer(violations: unknown, hasMoreResults: unknown, totalResults?: unknown): Row {
  return { violations, hasMoreResults, totalResults };
}

function fits(wanted: readonly string[], value: unknown): boolean {
  return wanted.length === 0 || wanted.includes(String(value));
}
