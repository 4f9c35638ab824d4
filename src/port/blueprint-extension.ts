import { canonicalJson } from '../core/canonical.ts';
import type { RelationShape } from '../core/model.ts';
import { type BlueprintDocument, COMPUTED, type ComputedSection, computedIn, WORD } from './blueprint-documents.ts';

/** What of a blueprint can be added now. What builds on something that is not there yet is left for later. */
export interface Addable {
  relation(definition: RelationShape): boolean;
  computed(section: ComputedSection, id: string): boolean;
}

export interface Extension {
  /** The body of the PATCH that adds what is missing; undefined when nothing is. */
  readonly patch: { readonly [key: string]: unknown } | undefined;
  /** The blueprint as it stands after the patch. */
  readonly result: BlueprintDocument;
}

type List<T> = { readonly [id: string]: T };

/**
 * What has to be added to Port's blueprint so that ours fits into it. Only adds: what somebody edited stays.
 * A PATCH replaces whole sub-objects, so the patch carries along what Port has in them.
 */
export function extend(theirs: BlueprintDocument, ours: BlueprintDocument, addable: Addable): Extension {
  // All kinds of properties are shown in one list, so a name of one is taken for the others too.
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

/** Theirs with those of ours that are to be added; undefined when there are none. */
function joined<T>(theirs: List<T>, ours: List<T>, adds: (id: string, definition: T) => boolean) {
  const added = Object.entries(ours).filter(([id, definition]) => adds(id, definition));
  return added.length === 0 ? undefined : { ...theirs, ...Object.fromEntries(added) };
}

/** Where Port's blueprint differs from ours in something that matters to our entities. Never changed by us. */
export function driftOf(theirs: BlueprintDocument, ours: BlueprintDocument): readonly string[] {
  return [...propertyDrift(theirs, ours), ...computedDrift(theirs, ours), ...relationDrift(theirs, ours)];
}

function propertyDrift(theirs: BlueprintDocument, ours: BlueprintDocument): string[] {
  return Object.entries(ours.schema.properties).flatMap(([id, own]) => {
    const computed = computedIn(theirs, id);
    if (computed) return [`property ${id} is a computed one (${WORD[computed]}), so it is not written`];
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

/** How something is computed is everybody's own; that it is computed at all is what the name promises. */
function computedDrift(theirs: BlueprintDocument, ours: BlueprintDocument): string[] {
  return COMPUTED.flatMap((section) =>
    Object.keys(ours[section])
      .filter((id) => Object.hasOwn(theirs.schema.properties, id))
      .map((id) => `property ${id} is an ordinary one, ours a computed one (${WORD[section]})`),
  );
}

function relationDrift(theirs: BlueprintDocument, ours: BlueprintDocument): string[] {
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
