import { z } from 'zod';
import type { BlueprintShape, StoredEntity } from '../core/model.ts';
import type { FieldSelection } from '../core/ports.ts';
import { HttpFailure } from '../net/http-failure.ts';
import { createPageSize, type PageSize } from '../net/page-size.ts';
import type { PortApi } from './api.ts';
import { ListingGuard } from './listing-guard.ts';

/** Port: 1 to 1000 entities a page. */
const LARGEST_PAGE = 1000;
/** As long as we do not know how large the entities of a blueprint are. */
const FIRST_PAGE = 200;

/** What was learned of a Port, for as long as the process lives. */
interface Habits {
  /** Choices of fields that it refuses, each as text with its blueprint. */
  readonly refusedChoices: Set<string>;
  /** How many entities of a blueprint fit a page. */
  readonly fitting: Map<string, number>;
}

const HABITS = new WeakMap<PortApi, Habits>();

function habitsOf(api: PortApi): Habits {
  const habits = HABITS.get(api) ?? { refusedChoices: new Set(), fitting: new Map() };
  HABITS.set(api, habits);
  return habits;
}

const DATASOURCE = '$datasource';

/** Not z.record, which would copy every field of every entity for nothing. */
const fields = z.custom<Record<string, unknown>>((value) => typeof value === 'object' && !Array.isArray(value));

const storedEntity = z.looseObject({
  identifier: z.string(),
  title: z.string().nullish(),
  icon: z.string().nullish(),
  team: z.unknown().optional(),
  properties: fields.nullish(),
  relations: fields.nullish(),
  datasource: z.string().nullish(),
});
const searchAnswer = z.looseObject({ entities: z.array(storedEntity), next: z.string().nullish() });

/** An entity as Port found it, with its datasource where that was asked for and Port says it. */
export type FoundEntity = StoredEntity & { readonly datasource?: string };

export type Query = { readonly combinator: 'and' | 'or'; readonly rules: readonly unknown[] };

/**
 * Searches the entities of one blueprint, page by page, with only the given fields.
 * @throws AppError `port_failed` when the pages do not come to an end
 */
export async function* searchEntities(
  api: PortApi,
  { identifier: blueprint }: Pick<BlueprintShape, 'identifier'>,
  fields: FieldSelection & { readonly datasource?: boolean },
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<readonly FoundEntity[]> {
  const { fitting } = habitsOf(api);
  const size = createPageSize(LARGEST_PAGE, fitting.get(blueprint) ?? FIRST_PAGE);
  const guard = new ListingGuard(`Port's list of ${blueprint} entities`);
  let include: readonly string[] | undefined = includeOf(fields);
  let from: string | undefined;
  for (;;) {
    const reading = { api, blueprint, size, signal };
    let page = await searchPage(reading, { query, include, from });
    fitting.set(blueprint, size.fitting() ?? FIRST_PAGE);
    // How Port spells a property in `include` is not documented everywhere alike. An answer without a single one of
    // the asked fields would make every entity look changed, so look at whole entities then.
    if (include && from === undefined && !carriesFields(page, fields)) {
      const whole = await searchPage(reading, { query, include: undefined, from });
      if (carriesFields(whole, fields)) {
        include = undefined;
        page = whole;
      }
    }
    yield page.entities.map(({ properties, relations, title, icon, team, identifier, datasource }) => ({
      ...(typeof datasource === 'string' ? { datasource } : {}),
      blueprint,
      identifier,
      title: title ?? null,
      icon: icon ?? null,
      team,
      properties: properties ?? {},
      relations: relations ?? {},
    }));
    if (!page.next) return;
    guard.goesOn(
      page.next,
      page.entities.map(({ identifier }) => identifier),
    );
    from = page.next;
  }
}

const everywhereAnswer = z.looseObject({
  entities: z.array(z.looseObject({ blueprint: z.string(), datasource: z.string().nullish() })),
});

/** The blueprints and datasources of all entities that match, in one answer: Port does not give it by pages. */
export async function searchEverywhere(api: PortApi, query: Query, signal: AbortSignal) {
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

interface Reading {
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

/** One page; of more fields than asked for where Port refuses the choice, which is remembered. */
async function searchPage(reading: Reading, { include, ...place }: PageQuery): Promise<z.infer<typeof searchAnswer>> {
  const { refusedChoices } = habitsOf(reading.api);
  const choice = JSON.stringify([reading.blueprint, include]);
  if (include === undefined) return askForPage(reading, place);
  // How the datasource is spelled is documented least of all, so it goes first.
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

function askForPage({ api, blueprint, size, signal }: Reading, place: Partial<PageQuery>) {
  const path = `/blueprints/${encodeURIComponent(blueprint)}/entities/search`;
  return size.ask({
    // Signing in came first.
    hostAnswered: () => true,
    async ask(limit, attempts) {
      const call = { method: 'POST', path, body: { ...place, limit }, asExporter: true, attempts } as const;
      const { value, bytes } = await api.exchange(call, searchAnswer, signal);
      return { value, rows: value.entities.length, bytes };
    },
  });
}

/** Port: properties and relations by their bare identifiers, everything else with a `$`. */
function includeOf(fields: FieldSelection & { readonly datasource?: boolean }): readonly string[] {
  return [
    '$identifier',
    ...(fields.datasource ? [DATASOURCE] : []),
    ...(fields.title ? ['$title'] : []),
    ...(fields.icon ? ['$icon'] : []),
    ...(fields.team ? ['$team'] : []),
    ...fields.properties,
    ...fields.relations,
  ];
}

function carriesFields({ entities }: z.infer<typeof searchAnswer>, fields: FieldSelection): boolean {
  if (entities.length === 0 || fields.properties.length + fields.relations.length === 0) return true;
  const has = (holder: object | null | undefined, ids: readonly string[]) =>
    holder != null && ids.some((id) => Object.hasOwn(holder, id));
  return entities.some(
    ({ properties, relations }) => has(properties, fields.properties) || has(relations, fields.relations),
  );
}
