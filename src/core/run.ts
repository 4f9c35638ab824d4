import type { BlueprintState, Locator } from './blueprint-state.ts';
import { fingerprint } from './canonical.ts';
import type { Taint } from './deletion.ts';
import type { FieldCounts } from './field-counts.ts';
import type { LaneBook } from './lane-book.ts';
import type { BlueprintShape, Entity, Kind, Mapping } from './model.ts';
import type { Ports, Program, RunObserver } from './ports.ts';
import type { ProblemBook } from './problem-book.ts';
import type { Recorder } from './recorder.ts';
import type { Listing, Place, SourceKind } from './source.ts';

/** All entries of a kind with the same listing: read once, and mapped by one program. */
export interface Extraction {
  readonly kind: SourceKind;
  readonly listing: Listing;
  readonly program: Program;
  /** Per blueprint: which properties keep the parts of an item's place. */
  readonly locators: ReadonlyMap<string, Locator>;
}

/** What the steps of a run share. */
export interface Run {
  readonly ports: Ports;
  readonly mapping: Mapping;
  readonly extractions: readonly Extraction[];
  readonly problems: ProblemBook;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
  readonly lanes: LaneBook;
  /** Undefined when nothing is recorded. */
  readonly recorder: Recorder | undefined;
  /** Counts what expressions give; undefined: nobody wants to know. */
  readonly fields: FieldCounts | undefined;
  /** A blueprint as Port has it; undefined when Port has none. */
  shape(blueprint: string): Promise<BlueprintShape | undefined>;
  /** The state of a blueprint, read when first needed; undefined when Port does not have the blueprint. */
  state(blueprint: string): Promise<BlueprintState | undefined>;
  /** Whether an entry of the mapping writes, or may write, this blueprint. */
  writes(blueprint: string): boolean;
  /** Adds a taint to a blueprint; null: to every blueprint that the kind may write. */
  taint(kind: Kind, blueprint: string | null, taint: Taint): void;
  /** Counts entities that Port creates for a relation as seen. */
  protectTargets(entity: Entity, shape: BlueprintShape): Promise<void>;
  /** The entities of a blueprint that no entry writes, but that Port creates as missing relation targets. */
  neededByRelations(blueprint: string): Iterable<string>;
  /** The blueprints that this run has read. */
  states(): readonly BlueprintState[];
}

/** The extractions that write, or may write, a blueprint. */
export function extractionsWriting(extractions: readonly Extraction[], blueprint: string): readonly Extraction[] {
  return extractions.filter(({ program }) => program.blueprints.some((name) => name === null || name === blueprint));
}

/** The extractions that create entities of a blueprint, without those that only add fields. */
export function extractionsCreating(extractions: readonly Extraction[], blueprint: string): readonly Extraction[] {
  return extractionsWriting(extractions, blueprint).filter(creates);
}

/** Whether an extraction creates entities, and does not only add fields to those of others. */
export function creates({ listing }: Pick<Extraction, 'listing'>): boolean {
  return listing.absence(new Date(0)).means !== 'nothing';
}

/** A fingerprint of the identity of an item, from its place; undefined when the place lacks a part. */
export function itemFingerprint(
  { name, identity }: Pick<SourceKind, 'name' | 'identity'>,
  place: Place,
): number | undefined {
  const values = identity.map((part) => place[part]);
  return values.includes(undefined) ? undefined : fingerprint([name, ...values]);
}
