import type { BlueprintState } from './blueprint-state.ts';
import type { Misfit } from './conform.ts';
import type { Entity, Kind } from './model.ts';
import type { ProblemBook } from './problem-book.ts';

/** An entity that one source item gave. */
export interface MappedEntity {
  readonly entity: Entity;
  readonly kind: Kind;
  /** Fingerprint of the item's key. */
  readonly item: number;
  readonly label: string;
}

/** A piece that fits what its blueprint declares. */
export interface FittedEntity extends MappedEntity {
  readonly state: BlueprintState;
}

/** Something of an entity that was left out or will not be compared; the rest of it goes its way. */
export function reportField(
  problems: ProblemBook,
  { code, path, message }: Misfit,
  { entity: { blueprint }, kind, label }: MappedEntity,
): void {
  problems.add({
    code,
    severity: code === 'property_undeclared' || code === 'relation_undeclared' ? 'warning' : 'error',
    kind,
    group: `${blueprint} ${path}`,
    message: `${blueprint}: ${path}: ${message}`,
    sample: label,
  });
}
