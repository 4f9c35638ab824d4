import { canonicalJson } from '../core/canonical-json.ts';
import type { RelationShape } from '../core/model.ts';
import {
  COMPUTED_SECTIONS,
  type ComputedSection,
  computedIn,
  type PortBlueprint,
  SECTION_WORD,
} from './blueprint-documents.ts';

/** Which parts of a blueprint can be added now. Parts that depend on something missing are added later. */
export interface CanAdd {
  relation(definition: RelationShape): boolean;
  computed(section: ComputedSection, id: string): boolean;
}

export interface BlueprintChange {
  /** The body of the PATCH that adds what is missing; undefined when nothing is. */
  readonly patch: { readonly [key: string]: unknown } | undefined;
  /** The blueprint after the patch. */
  readonly result: PortBlueprint;
}

type List<T> = { readonly [id: string]: T };

/**
 * What has to be added to Port's blueprint to have all of ours. It never changes what exists, because people edit it.
 * A PATCH replaces whole sub-objects, so the patch contains what Port has in them.
 */
export function extend(theirs: PortBlueprint, ours: PortBlueprint, addable: CanAdd): BlueprintChange {
  // Port shows the properties of all sections in one list, so a name can occur in only one section.
  const lacks = (id: string) => !Object.hasOwn(theirs.schema.properties, id) && computedIn(theirs, id) === undefined;
  const computed = (section: ComputedSection) => (id: string) => lacks(id) && addable.computed(section, id);
  const properties = joined(theirs.schema.properties, ours.schema.properties, lacks);
  const relations = joined(
    theirs.relations,
    ours.relations,
    (id, relation) => !Object.hasOwn(theirs.relations, id) && addable.relation(relation),
  );
  const calculations = joined(
    theirs.calculationProperties,
    ours.calculationProperties,
    computed('calculationProperties'),
  );
  const mirrors = joined(theirs.mirrorProperties, ours.mirrorProperties, computed('mirrorProperties'));
  const aggregations = joined(
    theirs.aggregationProperties,
    ours.aggregationProperties,
    computed('aggregationProperties'),
  );
  const patch = {
    ...(properties && { schema: { ...theirs.schema, properties } }),
    ...(relations && { relations }),
    ...(calculations && { calculationProperties: calculations }),
    ...(mirrors && { mirrorProperties: mirrors }),
    ...(aggregations && { aggregationProperties: aggregations }),
  };
  return { patch: Object.keys(patch).length > 0 ? patch : undefined, result: { ...theirs, ...patch } };
}

/** Port's list with ours added; undefined when there is nothing to add. */
function joined<T>(theirs: List<T>, ours: List<T>, adds: (id: string, definition: T) => boolean) {
  const added = Object.entries(ours).filter(([id, definition]) => adds(id, definition));
  return added.length === 0 ? undefined : { ...theirs, ...Object.fromEntries(added) };
}

/** Differences between Port's blueprint and ours that matter to our entities. They are reported and never changed. */
export function driftOf(theirs: PortBlueprint, ours: PortBlueprint): readonly string[] {
  return [...propertyDrift(theirs, ours), ...computedDrift(theirs, ours), ...relationDrift(theirs, ours)];
}

function propertyDrift(theirs: PortBlueprint, ours: PortBlueprint): string[] {
  return Object.entries(ours.schema.properties).flatMap(([id, own]) => {
    const computed = computedIn(theirs, id);
    if (computed) return [`property ${id} is a computed one (${SECTION_WORD[computed]}), so it is not written`];
    const other = Object.hasOwn(theirs.schema.properties, id) ? theirs.schema.properties[id] : undefined;
    if (!other) return [];
    const lacking = other.enum ? (own.enum ?? []).filter((value) => !other.enum?.includes(value)) : [];
    return [
      ...(other.type === own.type ? [] : [`property ${id} has type ${other.type}, ours ${own.type}`]),
      ...(other.format === own.format
        ? []
        : [`property ${id} has format ${other.format ?? 'none'}, ours ${own.format ?? 'none'}`]),
      ...(lacking.length === 0
        ? []
        : [`property ${id} does not allow ${lacking.map((value) => JSON.stringify(value)).join(', ')}`]),
    ];
  });
}

/** People may change how a property is computed. It is only reported if it is not computed at all. */
function computedDrift(theirs: PortBlueprint, ours: PortBlueprint): string[] {
  return COMPUTED_SECTIONS.flatMap((section) =>
    Object.keys(ours[section])
      .filter((id) => Object.hasOwn(theirs.schema.properties, id))
      .map((id) => `property ${id} is an ordinary one, ours a computed one (${SECTION_WORD[section]})`),
  );
}

function relationDrift(theirs: PortBlueprint, ours: PortBlueprint): string[] {
  return Object.entries(ours.relations).flatMap(([id, own]) => {
    const other = Object.hasOwn(theirs.relations, id) ? theirs.relations[id] : undefined;
    if (!other) return [];
    const essence = ({ target, many, required }: RelationShape) =>
      `${target}${many ? ', many' : ''}${required ? ', required' : ''}`;
    return canonicalJson(essence(other)) === canonicalJson(essence(own))
      ? []
      : [`relation ${id} is (${essence(other)}), ours (${essence(own)})`];
  });
}
