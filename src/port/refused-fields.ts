import type { Entity } from '../core/model.ts';
import type { UpsertBatch, UpsertOutcome } from '../core/ports.ts';

/** Why Port refused an entity. */
export interface Refusal {
  readonly status?: number | undefined;
  readonly code: string;
  readonly message: string;
  /** Port's `details.property`, where it gives one. */
  readonly property?: string | undefined;
}

/** How many fields are removed at most. Port names only one at a time. */
const ROUNDS = 5;

const CONTENT_STATUSES: readonly (number | undefined)[] = [undefined, 400, 422];
const INHERITED_TEAM = ['inherited_ownership_enabled', 'team_inheritance_enabled'];
const REQUIRED_RELATION = 'required_relation';

/**
 * The fields of an entity that a refusal names, as `properties.x`, `relations.x`, `title`, `icon` or `team`. Port does not
 * document its messages, so this may find none or a wrong one. Then the entity stays refused.
 */
export function namedFields(entity: Entity, { status, code, message, property }: Refusal): readonly string[] {
  if (INHERITED_TEAM.includes(code)) return entity.team === undefined ? [] : ['team'];
  if (!CONTENT_STATUSES.includes(status) && code !== REQUIRED_RELATION) return [];
  const ids = [
    ...Object.keys(entity.properties).map((id) => ({ id, path: `properties.${id}` })),
    ...Object.keys(entity.relations).map((id) => ({ id, path: `relations.${id}` })),
  ];
  const own = ['title', 'icon', 'team'].filter((name) => Object.hasOwn(entity, name)).map((id) => ({ id, path: id }));
  const given = ids.filter(({ id }) => id === property);
  if (given.length > 0) return given.map(({ path }) => path);
  const placed = ids.filter(({ path }) => positionOf(path.replace('.', '\u0000'), message) >= 0);
  if (placed.length > 0) return placed.map(({ path }) => path);
  return firstNamed([...ids, ...own], message, QUOTED_NAME) ?? firstNamed(ids, message, UNQUOTED_NAME) ?? [];
}

type Candidate = { readonly id: string; readonly path: string };
type Boundary = { readonly before: string; readonly after: string };

const QUOTED_NAME: Boundary = { before: '["\'`/.]', after: '["\'`/.]' };
const UNQUOTED_NAME: Boundary = { before: '(?<![\\w@=-])', after: '(?![\\w@=-])' };

/** `properties.x`, `/properties/x`, `properties["x"]` */
function positionOf(path: string, message: string): number {
  const [where = '', id = ''] = path.split('\u0000');
  return message.search(new RegExp(`${where}(?:\\.|/|\\[["']?)${escaped(id)}(?![\\w@=-])`, 'u'));
}

/** Of several names the first in the message: later ones are often the values that would be allowed. */
function firstNamed(
  candidates: readonly Candidate[],
  message: string,
  { before, after }: Boundary,
): string[] | undefined {
  const found = candidates
    .map(({ id, path }) => ({ path, at: message.search(new RegExp(`${before}${escaped(id)}${after}`, 'u')) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  return found[0] && [found[0].path];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/**
 * Writes a batch. Entities that Port refuses for fields that it names are written again without these fields.
 * @param send writes a batch, one outcome per entity in order
 */
export async function writeWithoutRefused(
  batch: UpsertBatch,
  send: (batch: UpsertBatch) => Promise<readonly UpsertOutcome[]>,
): Promise<readonly UpsertOutcome[]> {
  const items: Item[] = batch.entities.map((entity) => ({ entity, leftOut: [], outcome: undefined }));
  let pending = items;
  for (let round = 0; pending.length > 0 && round <= ROUNDS; round += 1) {
    const outcomes = await send({ ...batch, entities: pending.map(({ entity }) => entity) });
    for (const [index, item] of pending.entries()) item.outcome = outcomes[index];
    pending = pending.filter(removeRefusedFields);
  }
  return items.map(({ outcome, leftOut }): UpsertOutcome => {
    const settled = outcome ?? { type: 'refused', code: 'no_answer', message: 'Port said nothing about it' };
    return settled.type === 'written' && leftOut.length > 0 ? { ...settled, leftOut } : settled;
  });
}

interface Item {
  entity: Entity;
  readonly leftOut: { readonly path: string; readonly message: string }[];
  outcome: UpsertOutcome | undefined;
}

/** Removes the refused fields from an entity; false when there are none. */
function removeRefusedFields(item: Item): boolean {
  const { outcome } = item;
  if (outcome?.type !== 'refused' || !outcome.fields?.length) return false;
  const message = `Port refused it: ${outcome.code}: ${outcome.message}; the entity was written without it`;
  item.leftOut.push(...outcome.fields.map((path) => ({ path, message })));
  item.entity = withoutFields(item.entity, outcome.fields);
  return true;
}

function withoutFields(entity: Entity, paths: readonly string[]): Entity {
  const keep = <T>(prefix: string, fields: { readonly [key: string]: T }) =>
    Object.fromEntries(Object.entries(fields).filter(([id]) => !paths.includes(`${prefix}${id}`)));
  const { properties, relations, blueprint, identifier, ...rest } = entity;
  return {
    blueprint,
    identifier,
    ...keep('', rest),
    properties: keep('properties.', properties),
    relations: keep('relations.', relations),
  };
}
