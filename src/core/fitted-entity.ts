import type { BlueprintState } from './blueprint-state.ts';
import type { Misfit } from './conform.ts';
import type { Entity, Kind } from './model.ts';
import type { ProblemBook } from './problem-book.ts';
import type { WholeParts } from './whole-parts.ts';

/** An entity that one item gave. */
export interface MappedEntity {
  readonly entity: Entity;
  readonly kind: Kind;
  /** Fingerprint of the item's key. */
  readonly item: number;
  readonly label: string;
  /** The paths of the entries that gave it: `resources[0]`. */
  readonly entries: readonly string[];
  readonly whole: WholeParts;
}

/** A mapped entity that was fitted to its blueprint. */
export interface FittedEntity extends MappedEntity {
  readonly state: BlueprintState;
}

/** Reports a part of an entity that was left out, or that is not compared. The rest is written. */
export function reportField(
  problems: ProblemBook,
  { code, path, message }: Misfit,
  { entity: { blueprint }, kind, label, entries }: MappedEntity,
): void {
  problems.add({
    code,
    severity: code === 'property_undeclared' || code === 'relation_undeclared' ? 'warning' : 'error',
    kind,
    group: `${blueprint} ${path}`,
    message: `${blueprint}: ${path}: ${message}`,
    place: { entries, blueprint, field: path },
    sample: label,
  });
}
