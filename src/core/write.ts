import type { BlueprintState } from './blueprint-state.ts';
import type { JournalRow } from './journal.ts';
import type { Entity, Kind, StoredEntity } from './model.ts';
import type { UpsertOutcome } from './ports.ts';

export type RowSource = NonNullable<JournalRow['source']>;

/** What the journal needs to know of a write, besides the entity. */
export interface WriteNote {
  readonly state: BlueprintState;
  readonly source?: RowSource | undefined;
  /** The fields that differ from what Port had when it was last read, by path. */
  readonly changed: readonly string[];
}

/** One entity on its way to Port. */
export interface Write {
  /** Which kind gave it. */
  readonly kind: Kind;
  readonly entity: Entity;
  /** False: Port drops the fields that the entity does not have. */
  readonly merge: boolean;
  /** No other attempt follows: a missing relation target counts as refused. */
  readonly last?: true;
  /** Missing when nothing is recorded. */
  readonly note?: WriteNote | undefined;
  /** Called with the outcome. */
  readonly done: (outcome: UpsertOutcome) => void;
}

/** A write with what Port has of the entity, if that was read. */
export type ReadyWrite = Write & { readonly before?: StoredEntity | undefined };

/** The write of an entity of ours. */
export interface Update {
  readonly write: Write;
  readonly identifier: string;
  readonly note: WriteNote;
}

/** A write as an update of an entity of ours, which has old values; undefined for others. */
export function asUpdate(write: Write): Update | undefined {
  const { entity, note } = write;
  const { identifier } = entity;
  if (!note || typeof identifier !== 'string' || !note.state.entities.get(identifier)?.owned) return undefined;
  return { write, identifier, note };
}
