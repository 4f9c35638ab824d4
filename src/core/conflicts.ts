import type { Sighting } from './entity-table.ts';
import type { Entity, Kind } from './model.ts';
import type { ProblemBook } from './problem-book.ts';

/** An entity with the item that gave it, for reports. */
interface Giver {
  readonly entity: Entity;
  readonly kind?: Kind;
  readonly label?: string;
}

/** Reports that different items give the same identifier. The entity is made of the first. */
export function reportCollision(
  problems: ProblemBook,
  { entity, kind, label }: Required<Giver>,
  first: Sighting,
): void {
  const { blueprint, identifier } = entity;
  problems.add({
    code: 'identifier_collision',
    severity: 'error',
    kind,
    group: blueprint,
    message: `${blueprint}: different items give one identifier; the first one read was kept. Make the mapping's identifier unique`,
    sample: `${identifier}: ${first.label} and ${label}`,
    item: label,
  });
}

/**
 * Reports fields that were given two values in one run. The first value stays; otherwise the field would be written again
 * in every run.
 */
export function reportConflicts(
  problems: ProblemBook,
  { entity, kind, label }: Giver,
  paths: readonly string[],
  first: Sighting | undefined,
): void {
  const { blueprint, identifier } = entity;
  const why =
    kind === undefined || first?.kind === kind
      ? 'the item is listed twice, or two entries of the mapping with different selectors write it'
      : `${first?.kind ?? 'something else'} writes it too: take it out of one of the entries`;
  for (const path of paths) {
    problems.add({
      code: 'field_conflict',
      severity: 'error',
      ...(kind === undefined ? {} : { kind }),
      group: `${blueprint} ${path}`,
      message: `${blueprint}: ${path} was given two values in this run; the first one read was kept. ${why}`,
      place: { blueprint, field: path },
      sample: label === undefined ? String(identifier) : `${identifier} (${sameOrBoth(first?.label, label)})`,
      ...(label === undefined ? {} : { item: label }),
    });
  }
}

function sameOrBoth(first: string | undefined, label: string): string {
  return first === undefined || first === label ? label : `${first} and ${label}`;
}
