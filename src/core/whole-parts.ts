import type { BlueprintState } from './blueprint-state.ts';
import { literalText } from './expression/prepare.ts';
import { encodeIdentifier } from './identifier.ts';
import type { Entity, EntityTemplate } from './model.ts';
import type { MappedRow } from './ports.ts';

const PARTS = ['properties', 'relations'] as const;

/** What a row says about members that it does not give. */
export interface WholeParts {
  /** The parts that a `*` gives as a whole: a member that is not there has no value. */
  readonly parts: readonly (typeof PARTS)[number][];
  /** Paths of members that could not be computed. */
  readonly failed: readonly string[];
}

const NOTHING: WholeParts = { parts: [], failed: [] };

/** The parts of an entity that the row's entry gives by `*`. */
export function wholePartsOf({ entry, entity, failures }: Extract<MappedRow, { type: 'entity' }>): WholeParts {
  // As nearly always; this is asked for every entity.
  if (failures.length === 0 && !entry.templates.some(givesWhole)) return NOTHING;
  const failed = failures.map(({ path }) => path);
  const templates = entry.templates.filter(({ blueprint }) =>
    [null, entity.blueprint].includes(literalText(blueprint)),
  );
  const parts = PARTS.filter(
    (part) => templates.some((template) => Object.hasOwn(template[part], '*')) && !failed.includes(`${part}.*`),
  );
  return { parts, failed };
}

function givesWhole(template: EntityTemplate): boolean {
  return PARTS.some((part) => Object.hasOwn(template[part], '*'));
}

/** What two rows of one item say together. */
export function joinWholeParts(a: WholeParts, b: WholeParts): WholeParts {
  return { parts: [...new Set([...a.parts, ...b.parts])], failed: [...a.failed, ...b.failed] };
}

/**
 * The entity with null for each member that Port has and that a `*` of the mapping would give, but does not give any more. A
 * property that was taken out of a manifest goes from Port by this. Members that the mapping names stay with their own
 * expressions. Only for entities of ours: in others', the members may be others'.
 */
export function withMissingMembers(entity: Entity, { parts, failed }: WholeParts, state: BlueprintState): Entity {
  const { identifier } = entity;
  if (parts.length === 0 || typeof identifier !== 'string') return entity;
  const known = state.entities.get(encodeIdentifier(identifier));
  if (!known?.owned || known.fingerprints === undefined) return entity;
  const held = state.table.pathsWithValue(known.fingerprints);
  const nulls = (part: (typeof PARTS)[number]) =>
    parts.includes(part)
      ? state.spreadMembers[part].filter((id) => held.has(`${part}.${id}`) && !failed.includes(`${part}.${id}`))
      : [];
  const nothing = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, null]));
  return {
    ...entity,
    properties: { ...nothing(nulls('properties')), ...entity.properties },
    relations: { ...nothing(nulls('relations')), ...entity.relations },
  };
}
