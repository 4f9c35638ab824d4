import { z } from 'zod';
import type { BlueprintShape, StoredEntity } from '../core/model.ts';
import type { FieldSelection } from '../core/ports.ts';
import { isObject } from '../core/schema/values.ts';
import { HttpFailure } from '../net/http-failure.ts';
import { createPageSize, type LearnedPages, type PageSize } from '../net/page-size.ts';
import type { PortApi } from './api.ts';
import { EndlessListingGuard } from './endless-listing-guard.ts';

/** Port: 1 to 1000 entities a page. */
const LARGEST_PAGE = 1000;
/** As long as we do not know how large the entities of a blueprint are. */
const FIRST_PAGE = 400;

/** What we learned about a Port, kept until the process ends. */
interface LearnedLimits {
  /** Selections of fields that it refuses, each as text with its blueprint. */
  readonly refusedChoices: Set<string>;
  /** What was learned of the pages of a blueprint. */
  readonly pages: Map<string, LearnedPages>;
}

const LEARNED_LIMITS = new WeakMap<PortApi, LearnedLimits>();

function learnedLimitsOf(api: PortApi): LearnedLimits {
  const habits = LEARNED_LIMITS.get(api) ?? { refusedChoices: new Set(), pages: new Map() };
  LEARNED_LIMITS.set(api, habits);
  return habits;
}

function pageSizeOf(api: PortApi, blueprint: string, expected: number | undefined): PageSize {
  const { pages } = learnedLimitsOf(api);
  const learned = pages.get(blueprint) ?? {};
  // So many at most: one page, if they fit.
  if (expected !== undefined) {
    const { size: _ofLists, ...sizeOfRows } = learned;
    return createPageSize(
      { first: Math.min(LARGEST_PAGE, Math.max(FIRST_PAGE, expected)), most: LARGEST_PAGE },
      sizeOfRows,
    );
  }
  pages.set(blueprint, learned);
  return createPageSize({ first: FIRST_PAGE, most: LARGEST_PAGE }, learned);
}

const DATASOURCE = '$datasource';

/** Not z.record, which would copy every field of every entity. */
const fields = z.custom<Record<string, unknown>>((value) => typeof value === 'object' && !Array.isArray(value));

const storedEntity = z.looseObject({
  identifier: z.string(),
  title: z.string().nullish(),
  icon: z.string().nullish(),
  team: z.unknown().optional(),
  properties: fields.nullish(),
  relations: fields.nullish(),
  datasource: z.string().nullish(),
  updatedAt: z.string().nullish(),
});
type Row = z.infer<typeof storedEntity>;

const searchAnswer = z.looseObject({
  // zod would copy each of a million entities, so it only looks at what the short check does not take.
  entities: z.unknown().transform((rows, context): readonly Row[] => {
    if (Array.isArray(rows) && rows.every(isRow)) return rows;
    const parsed = z.array(storedEntity).safeParse(rows);
    if (parsed.success) return parsed.data;
    for (const { message, path } of parsed.error.issues) context.addIssue({ code: 'custom', message, path });
    return z.NEVER;
  }),
  next: z.string().nullish(),
});

/** Whether zod would take an entity as it is. */
function isRow(row: unknown): row is Row {
  return (
    isObject(row) &&
    typeof row.identifier === 'string' &&
    isTextOrNothing(row.title) &&
    isTextOrNothing(row.icon) &&
    isTextOrNothing(row.datasource) &&
    isTextOrNothing(row.updatedAt) &&
    (row.properties === undefined || isObject(row.properties)) &&
    (row.relations === undefined || isObject(row.relations))
  );
}

function isTextOrNothing(value: unknown): boolean {
  return typeof value === 'string' || value === undefined || value === null;
}

/** An entity from a search, with its datasource if that was requested and Port returns it. */
export type FoundEntity = StoredEntity & { readonly datasource?: string; readonly updatedAt?: string };

/** The fields of a search. */
export type SearchedFields = FieldSelection & { readonly datasource?: boolean; readonly updatedAt?: boolean };

export type Query = { readonly combinator: 'and' | 'or'; readonly rules: readonly unknown[] };

/**
 * Searches the entities of one blueprint, page by page, with only the given fields.
 * @param expected how many there can be, if that is known
 * @throws AppError `port_failed` when the pages do not end
 */
export async function* searchEntities(
  api: PortApi,
  { identifier: blueprint }: Pick<BlueprintShape, 'identifier'>,
  fields: SearchedFields,
  query: Query,
  signal: AbortSignal,
  expected?: number,
): AsyncGenerator<readonly FoundEntity[]> {
  const size = pageSizeOf(api, blueprint, expected);
  const guard = new EndlessListingGuard(`Port's list of ${blueprint} entities`);
  let include: readonly string[] | undefined = includeOf(fields);
  let from: string | undefined;
  for (;;) {
    const reading = { api, blueprint, size, signal };
    let page = await searchPage(reading, { query, include, from });
    // Port's documentation disagrees about the names in `include`. If the response has none of the requested fields, every
    // entity would look changed, so whole entities are requested instead.
    if (include && from === undefined && !hasRequestedFields(page, fields)) {
      const whole = await searchPage(reading, { query, include: undefined, from });
      if (hasRequestedFields(whole, fields)) {
        include = undefined;
        page = whole;
      }
    }
    yield page.entities.map((row) => foundEntity(blueprint, row));
    if (!page.next) return;
    guard.checkNext(
      page.next,
      page.entities.map(({ identifier }) => identifier),
    );
    from = page.next;
  }
}

function foundEntity(blueprint: string, row: Row): FoundEntity {
  const { identifier, title = null, icon = null, team, properties, relations, datasource, updatedAt } = row;
  const entity = { blueprint, identifier, title, icon, team, properties: properties ?? {}, relations: relations ?? {} };
  const dated = typeof updatedAt === 'string' ? { ...entity, updatedAt } : entity;
  return typeof datasource === 'string' ? { ...dated, datasource } : dated;
}

const everywhereAnswer = z.looseObject({
  entities: z.array(z.looseObject({ blueprint: z.string(), datasource: z.string().nullish() })),
});

/** The blueprints and datasources of all entities that match. Port returns them in one response, not in pages. */
export async function searchAllBlueprints(api: PortApi, query: Query, signal: AbortSignal) {
  const include = ['blueprint', 'identifier', 'datasource'];
  const call = {
    method: 'POST',
    path: '/entities/search',
    query: { exclude_calculated_properties: 'true', include },
    body: query,
    asExporter: true,
  } as const;
  const { entities } = await api.call(call, everywhereAnswer, signal);
  return entities;
}

interface SearchContext {
  readonly api: PortApi;
  readonly blueprint: string;
  readonly size: PageSize;
  readonly signal: AbortSignal;
}

interface PageQuery {
  readonly query: Query;
  readonly include: readonly string[] | undefined;
  readonly from: string | undefined;
}

/** Reads one page. If Port refuses the selection of fields, this is remembered, and more fields are requested. */
async function searchPage(
  reading: SearchContext,
  { include, ...place }: PageQuery,
): Promise<z.infer<typeof searchAnswer>> {
  const { refusedChoices } = learnedLimitsOf(reading.api);
  const choice = JSON.stringify([reading.blueprint, include]);
  if (include === undefined) return askForPage(reading, place);
  // `$datasource` is the least documented name, so it is dropped first.
  const plain = include.filter((field) => field !== DATASOURCE);
  const wider = { ...place, include: plain.length < include.length ? plain : undefined };
  if (refusedChoices.has(choice)) return searchPage(reading, wider);
  try {
    return await askForPage(reading, { ...place, include });
  } catch (error) {
    const mayBeTheFields = error instanceof HttpFailure && (error.status === 400 || error.status === 422);
    if (!mayBeTheFields) throw error;
    const page = await searchPage(reading, wider);
    refusedChoices.add(choice);
    return page;
  }
}

function askForPage({ api, blueprint, size, signal }: SearchContext, place: Partial<PageQuery>) {
  const path = `/blueprints/${encodeURIComponent(blueprint)}/entities/search`;
  return size.ask({
    // The access token came from Port, so it has answered.
    hostAnswered: () => true,
    async ask(limit, attempts) {
      const call = { method: 'POST', path, body: { ...place, limit }, asExporter: true, attempts } as const;
      const { value, bytes, timing } = await api.exchange(call, searchAnswer, signal);
      return { value, rows: value.entities.length, bytes, timing };
    },
  });
}

/** Port's names in `include`: identifiers for properties and relations; a `$` before everything else. */
function includeOf(fields: SearchedFields): readonly string[] {
  return [
    '$identifier',
    ...(fields.datasource ? [DATASOURCE] : []),
    ...(fields.updatedAt ? ['$updatedAt'] : []),
    ...(fields.title ? ['$title'] : []),
    ...(fields.icon ? ['$icon'] : []),
    ...(fields.team ? ['$team'] : []),
    ...fields.properties,
    ...fields.relations,
  ];
}

function hasRequestedFields({ entities }: z.infer<typeof searchAnswer>, fields: FieldSelection): boolean {
  if (entities.length === 0 || fields.properties.length + fields.relations.length === 0) return true;
  const has = (holder: object | null | undefined, ids: readonly string[]) =>
    holder != null && ids.some((id) => Object.hasOwn(holder, id));
  return entities.some(
    ({ properties, relations }) => has(properties, fields.properties) || has(relations, fields.relations),
  );
}
