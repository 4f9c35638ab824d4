import { z } from 'zod';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { requireBlueprint } from './blueprint-routes.ts';
import type { JsonObject } from './model.ts';
import type { FieldChoice } from './projection.ts';
import { presenter } from './projection.ts';
import { invalidRequest } from './refusal.ts';
import { readBody } from './route-schema.ts';
import type { Route, RouteContext } from './router.ts';
import { ok } from './router.ts';
import type { CompiledQuery } from './search.ts';
import { compileQuery, findEntities } from './search.ts';
import type { PortStore } from './store.ts';

const pagedBody = z.strictObject({
  query: z.looseObject({}).optional(),
  include: z.array(z.string()).optional(),
  exclude: z.array(z.string()).optional(),
  limit: z.int().min(1).max(1000).default(200),
  from: z.string().optional(),
});
const plainBody = z.strictObject({ combinator: z.enum(['and', 'or']), rules: z.array(z.unknown()) });
const datasourceBody = z.strictObject({
  datasource_prefix: z.string(),
  datasource_suffix: z.string(),
  limit: z.int().min(1).max(5000).default(5000),
  from: z.string().optional(),
  before: z.iso.datetime({ offset: true }).optional(),
});

/** The `include` and `exclude` of a query, each repeated as often as needed. */
export function choiceOf({ query }: SandboxRequest): FieldChoice {
  const all = (name: string): string[] => [...query.getAll(name), ...query.getAll(`${name}[]`)];
  const include = all('include');
  const withoutComputed = query.get('exclude_calculated_properties') === 'true';
  return { include: include.length === 0 ? undefined : include, exclude: all('exclude'), withoutComputed };
}

const EVERYTHING: CompiledQuery = { matches: () => true, candidates: undefined };

/** One page of a blueprint's entities. The cursor names the last entity seen, so that deletions shift nothing. */
function searchBlueprint(
  request: SandboxRequest,
  { store, param, faults, largestPage }: RouteContext,
): SandboxResponse {
  const { identifier } = requireBlueprint(store, param('blueprint'));
  const { query, include, exclude, limit, from } = readBody(pagedBody, request.body ?? {});
  if (include !== undefined && faults.named('search', 'refuse-include') !== undefined) {
    throw invalidRequest('"include" is not supported');
  }
  const compiled = query === undefined ? EVERYTHING : compileQuery(store, query);
  const present = presenter(store, { include: told(include, faults), exclude }, 'paged');
  const entities: JsonObject[] = [];
  if (faults.named('search', 'empty-for-ever') !== undefined) {
    return ok({ entities, next: writeCursor({ blueprint: identifier, seq: seqAfter(from) }) });
  }
  const again = faults.named('search', 'same-for-ever') !== undefined;
  const ignored = again || faults.named('search', 'ignore-cursor') !== undefined;
  const after = from === undefined || ignored ? 0 : readCursor(from).seq;
  let last = 0;
  for (const { seq, entity } of findEntities(store, identifier, compiled, after)) {
    if (entities.length === Math.min(limit, largestPage)) {
      const repeated = faults.named('search', 'repeat-cursor') !== undefined;
      const seq = again ? seqAfter(from) : last;
      const next = repeated && from !== undefined ? from : writeCursor({ blueprint: identifier, seq });
      return ok({ entities, next });
    }
    entities.push(present(entity));
    last = seq;
  }
  return ok({ entities });
}

/** All matching entities of all blueprints at once. */
function searchEverywhere(request: SandboxRequest, { store, faults }: RouteContext): SandboxResponse {
  const choice = choiceOf(request);
  const query = compileQuery(store, readBody(plainBody, request.body));
  const found = store
    .blueprints()
    .flatMap(({ identifier }) => Array.from(findEntities(store, identifier, query), ({ entity }) => entity));
  return ok({
    matchingBlueprints: [...new Set(found.map(({ blueprint }) => blueprint))],
    failedBlueprints: [],
    entities: found.map(presenter(store, { ...choice, include: told(choice.include, faults) }, 'plain')),
  });
}

/** Whether Port says a datasource that it is asked for is written nowhere; the fault `hide-datasource` is a Port that does not. */
function told(include: readonly string[] | undefined, faults: RouteContext['faults']): readonly string[] | undefined {
  if (faults.named('search', 'hide-datasource') === undefined) return include;
  return include?.filter((field) => field !== '$datasource' && field !== 'datasource');
}

/** What a writer owns, over all blueprints: entities whose datasource starts and ends as asked. */
function listByDatasource(request: SandboxRequest, { store }: RouteContext): SandboxResponse {
  const body = readBody(datasourceBody, request.body);
  const before = body.before === undefined ? Number.POSITIVE_INFINITY : Date.parse(body.before);
  const query: CompiledQuery = {
    matches: ({ datasource, updatedAt }) =>
      datasource.startsWith(body.datasource_prefix) &&
      datasource.endsWith(body.datasource_suffix) &&
      Date.parse(updatedAt) < before,
    candidates: undefined,
  };
  const entities: JsonObject[] = [];
  let last: Cursor | undefined;
  for (const { blueprint, afterSeq } of remaining(store, body.from)) {
    for (const { seq, entity } of findEntities(store, blueprint, query, afterSeq)) {
      if (entities.length === body.limit && last !== undefined) return ok({ entities, next: writeCursor(last) });
      entities.push({ identifier: entity.identifier, blueprint, updatedAt: entity.updatedAt });
      last = { blueprint, seq };
    }
  }
  return ok({ entities });
}

/** The blueprints that a cursor has not passed yet, and from where on. */
function remaining(store: PortStore, from: string | undefined): { blueprint: string; afterSeq: number }[] {
  const all = store.blueprints().map(({ identifier }) => ({ blueprint: identifier, afterSeq: 0 }));
  if (from === undefined) return all;
  const cursor = readCursor(from);
  const at = all.findIndex(({ blueprint }) => blueprint === cursor.blueprint);
  if (at === -1) throw invalidRequest('"from" is no cursor of this listing');
  return [{ blueprint: cursor.blueprint, afterSeq: cursor.seq }, ...all.slice(at + 1)];
}

interface Cursor {
  readonly blueprint: string;
  readonly seq: number;
}

/** For cursors that are always new and lead nowhere. */
function seqAfter(from: string | undefined): number {
  return from === undefined ? 1 : readCursor(from).seq + 1;
}

function writeCursor({ blueprint, seq }: Cursor): string {
  return Buffer.from(`${seq} ${blueprint}`).toString('base64url');
}

function readCursor(text: string): Cursor {
  const match = /^(\d+) (.+)$/.exec(Buffer.from(text, 'base64url').toString());
  if (match?.[1] === undefined || match[2] === undefined) throw invalidRequest('"from" is no cursor of this listing');
  return { seq: Number(match[1]), blueprint: match[2] };
}

export const searchRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/entities/search', name: 'search', handle: searchEverywhere },
  { method: 'POST', path: '/v1/blueprints/:blueprint/entities/search', name: 'search', handle: searchBlueprint },
  {
    method: 'POST',
    path: '/v1/blueprints/entities/datasource-entities',
    name: 'datasource-entities',
    handle: listByDatasource,
  },
];
