import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { BlueprintShape, StoredEntity } from '../core/model.ts';
import type { FieldSelection } from '../core/ports.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PortApi } from './api.ts';

/** Port: 1 to 1000 entities a page. */
const PAGE = 1000;

/** Not z.record, which would copy every field of every entity for nothing. */
const fields = z.custom<Record<string, unknown>>((value) => typeof value === 'object' && !Array.isArray(value));

const storedEntity = z.looseObject({
  identifier: z.string(),
  title: z.string().nullish(),
  icon: z.string().nullish(),
  team: z.unknown().optional(),
  properties: fields.nullish(),
  relations: fields.nullish(),
});
const searchAnswer = z.looseObject({ entities: z.array(storedEntity), next: z.string().nullish() });

export type Query = { readonly combinator: 'and' | 'or'; readonly rules: readonly unknown[] };

/**
 * Searches the entities of one blueprint, page by page, with only the given fields.
 * @throws AppError `port_failed` when the pages do not come to an end
 */
export async function* searchEntities(
  api: PortApi,
  { identifier: blueprint }: Pick<BlueprintShape, 'identifier'>,
  fields: FieldSelection,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<readonly StoredEntity[]> {
  let include: readonly string[] | undefined = includeOf(fields);
  let from: string | undefined;
  const cursors = new Set<string>();
  for (;;) {
    const page = await searchPage(api, blueprint, { query, include, from }, signal);
    // How Port spells a property in `include` is not documented everywhere alike. An answer without a single one of
    // the asked fields would make every entity look changed, so ask for whole entities then.
    if (include && from === undefined && !carriesFields(page, fields)) {
      include = undefined;
      continue;
    }
    yield page.entities.map(({ properties, relations, title, icon, team, identifier }) => ({
      blueprint,
      identifier,
      title: title ?? null,
      icon: icon ?? null,
      team,
      properties: properties ?? {},
      relations: relations ?? {},
    }));
    if (!page.next) return;
    if (cursors.has(page.next))
      throw new AppError('port_failed', `Port's list of ${blueprint} entities repeats itself`);
    cursors.add(page.next);
    from = page.next;
  }
}

async function searchPage(
  api: PortApi,
  blueprint: string,
  { query, include, from }: { query: Query; include: readonly string[] | undefined; from: string | undefined },
  signal: AbortSignal,
): Promise<z.infer<typeof searchAnswer>> {
  const body = { query, limit: PAGE, ...(include ? { include } : {}), ...(from === undefined ? {} : { from }) };
  const path = `/blueprints/${encodeURIComponent(blueprint)}/entities/search`;
  try {
    return await api.call({ method: 'POST', path, body, asExporter: true }, searchAnswer, signal);
  } catch (error) {
    const refusesFields = error instanceof HttpFailure && error.status === 422 && include !== undefined;
    if (!refusesFields) throw error;
    return searchPage(api, blueprint, { query, include: undefined, from }, signal);
  }
}

/** Port: properties and relations by their bare identifiers, everything else with a `$`. */
function includeOf(fields: FieldSelection): readonly string[] {
  return [
    '$identifier',
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
