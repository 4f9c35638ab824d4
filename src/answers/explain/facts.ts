import type { BlueprintShape, DisabledEntry, Kind, MappingFlags } from '../../core/model.ts';
import type { Change } from '../../core/report.ts';
import type { Owner } from '../../port/ownership.ts';
import type { FoundEntity } from '../../port/search.ts';
import type { ExplainedRead, Explanation, Recollection } from './document.ts';
import type { Simulation } from './simulate.ts';

/** An item and why it does not give the entity, as a sentence. */
export interface Objection {
  readonly label: string;
  readonly why: string;
}

/** Everything that was found out about one entity. */
export interface Facts {
  readonly blueprint: string;
  readonly identifier: string;
  /** Why Port could not be asked; undefined: it could. */
  readonly portFailure: string | undefined;
  readonly shape: BlueprintShape | undefined;
  readonly stored: FoundEntity | undefined;
  readonly owner: Owner | undefined;
  /** The names of the items that give it. */
  readonly given: readonly string[];
  readonly filtered: readonly Objection[];
  readonly rejected: readonly Objection[];
  /** The item of the same place gives another entity now. */
  readonly renamed: string | undefined;
  /** Reads that were not complete. */
  readonly unread: readonly ExplainedRead[];
  /** How many listings of the mapping write the blueprint. */
  readonly writing: number;
  /** What its entities are made of: `Komodor`. */
  readonly systems: string;
  /** The kinds of those that create entities of it. */
  readonly creating: readonly Kind[];
  /** An entry that may write the blueprint and cannot be used. */
  readonly disabled: DisabledEntry | undefined;
  readonly simulation: Simulation | undefined;
  /** Why Port would refuse to create it, as far as its blueprint tells. */
  readonly refusal: string | undefined;
  /** How many entities resemble what was asked for. */
  readonly resembling: number;
  readonly absence: 'gone' | 'expired' | 'unknown';
  readonly recollection: Recollection | undefined;
  readonly threshold: MappingFlags['entityDeletionThreshold'];
}

/** What is made of the facts. */
export type Judgement = Pick<Explanation, 'verdict' | 'summary' | 'next'>;

/** Why Port would refuse to create the entity: a required field is missing. Port's own words are in the journal. */
export function refusalOf(change: Change | undefined, shape: BlueprintShape | undefined): string | undefined {
  if (change?.action !== 'create' || shape === undefined) return undefined;
  const lacks = (fields: Change['properties'], id: string) => (fields?.[id]?.to ?? null) === null;
  const missing = [
    ...shape.required.filter((id) => lacks(change.properties, id)).map((id) => `the property ${id}`),
    ...Object.entries(shape.relations)
      .filter(([id, { required }]) => required && lacks(change.relations, id))
      .map(([id, { target }]) => `the relation ${id} to an existing ${target}`),
  ];
  if (missing.length === 0) return undefined;
  return `the blueprint ${shape.identifier} requires ${missing.join(' and ')}, and there is no value for it that fits`;
}
