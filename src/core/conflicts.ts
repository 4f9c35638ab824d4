import type { Sighting } from './entity-table.ts';
import type { Entity, Kind } from './model.ts';
import type { ProblemBook } from './problem-book.ts';

/** An entity that an item gave, as it is reported. */
interface Giver {
  readonly entity: Entity;
  readonly kind?: Kind;
  readonly label?: string;
}

/** Different items that give one identifier: the first one read stands for the entity. */
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
  });
}

/**
 * Fields that were given two values in one run. The value that was read first stays: whoever came last would write it again
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
      ? 'Komodor lists the item twice, or two entries of the mapping with different selectors write it'
      : `${first?.kind ?? 'something else'} writes it too: take it out of one of the entries`;
  for (const path of paths) {
    problems.add({
      code: 'field_conflict',
      severity: 'error',
      ...(kind === undefined ? {} : { kind }),
      group: `${blueprint} ${path}`,
      message: `${blueprint}: ${path} was given two values in this run; the first one read was kept. ${why}`,
      sample: label === undefined ? String(identifier) : `${identifier} (${label})`,
    });
  }
}
