import type { BlueprintState, Locator } from './blueprint-state.ts';
import { fingerprint } from './canonical.ts';
import type { Taint } from './deletion.ts';
import type { BlueprintShape, Entity, Kind, Mapping } from './model.ts';
import type { Ports, Program, RunObserver } from './ports.ts';
import type { ProblemBook } from './problem-book.ts';
import type { Listing, Place, SourceKind } from './source.ts';

/** What to read in one go, and the program for it: all entries of a kind that ask the source for the same. */
export interface Extraction {
  readonly kind: SourceKind;
  readonly listing: Listing;
  readonly program: Program;
  /** Which property of which blueprint keeps which part of an item's place. */
  readonly locators: ReadonlyMap<string, Locator>;
}

/** What the steps of one run share. */
export interface Run {
  readonly ports: Ports;
  readonly mapping: Mapping;
  readonly extractions: readonly Extraction[];
  readonly problems: ProblemBook;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
  /** The state of a blueprint, read on first use; undefined when Port has no such blueprint. */
  state(blueprint: string): Promise<BlueprintState | undefined>;
  /** Whether an entry of the mapping writes, or may write, this blueprint. */
  writes(blueprint: string): boolean;
  /** Forbids deletions from a blueprint; null: from every blueprint that the kind may write. */
  taint(kind: Kind, blueprint: string | null, taint: Taint): void;
  /** Puts earlier taints on blueprints that were met since. */
  applyTaints(): void;
  /** Keeps entities that Port creates on behalf of a relation from being taken for stale. */
  protectTargets(entity: Entity, shape: BlueprintShape): Promise<void>;
  /** The entities of a blueprint that no entry writes, but that relations lead to where Port creates what they miss. */
  needed(blueprint: string): Iterable<string>;
  /** The blueprints that this run has touched. */
  states(): readonly BlueprintState[];
}

/** The extractions that write, or may write, a blueprint. */
export function extractionsWriting(extractions: readonly Extraction[], blueprint: string): readonly Extraction[] {
  return extractions.filter(({ program }) => program.blueprints.some((name) => name === null || name === blueprint));
}

/** The extractions whose items entities of a blueprint are made of, without those that only add fields to them. */
export function extractionsCreating(extractions: readonly Extraction[], blueprint: string): readonly Extraction[] {
  return extractionsWriting(extractions, blueprint).filter(creates);
}

/** Whether the items of an extraction make entities, instead of adding fields to those of others. */
export function creates({ listing }: Pick<Extraction, 'listing'>): boolean {
  return listing.absence(new Date(0)).means !== 'nothing';
}

/** Tells an item of a kind from all others, in the source and in what was mapped from it; undefined where a part is not known. */
export function itemFingerprint(
  { name, identity }: Pick<SourceKind, 'name' | 'identity'>,
  place: Place,
): number | undefined {
  const values = identity.map((part) => place[part]);
  return values.includes(undefined) ? undefined : fingerprint([name, ...values]);
}
