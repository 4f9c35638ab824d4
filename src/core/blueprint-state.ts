import type { Taint } from './deletion.ts';
import { type EntityOutcome, EntityTable, OUTCOMES, relationOnlySighting, type TrackedEntity } from './entity-table.ts';
import { FieldTable, selectFields } from './fields.ts';
import type { BlueprintShape, StoredEntity } from './model.ts';
import type { FieldSelection, Program } from './ports.ts';
import type { Place } from './source.ts';

/** A locator that is no property: an entity's identifier may be a part of a place too. */
export const IDENTIFIER_PROPERTY = '$identifier';

/** Part of a place -> property id, for the entities of one blueprint. */
export type Locator = { readonly [part: string]: string };

/** Everything a run knows about one blueprint. */
export class BlueprintState {
  readonly shape: BlueprintShape;
  readonly selection: FieldSelection;
  readonly table: FieldTable;
  readonly entities: EntityTable;
  readonly taints: Taint[] = [];
  deleted = 0;
  /** Entities that no listing can show any more and that are older than their kind keeps them. */
  readonly expired = new Set<string>();
  readonly #outcomes = { unchanged: 0, updated: 0, created: 0, failed: 0 };
  readonly #locatorProperties: readonly string[];

  /** @param locatorProperties properties whose values say where an item lives in the source */
  constructor(shape: BlueprintShape, programs: readonly Program[], locatorProperties: readonly string[]) {
    this.shape = shape;
    this.selection = selectFields(shape, programs);
    this.table = new FieldTable(shape, this.selection);
    this.#locatorProperties = locatorProperties;
    this.entities = new EntityTable(this.table.width, locatorProperties);
  }

  /** Remembers an entity that is ours in Port. */
  addOwned(stored: StoredEntity): void {
    const fingerprints = this.table.fingerprints(stored);
    const known = this.entities.get(stored.identifier);
    if (known) {
      // Port's pages overlap when somebody writes meanwhile; the later one is right.
      known.fingerprints = fingerprints;
      return;
    }
    const located = this.#located(stored.properties);
    this.entities.add(stored.identifier, { owned: true, fingerprints, located });
  }

  /** The tracked entity; a fresh one when Port has none of that name that is ours. */
  track(identifier: string, properties: StoredEntity['properties'] = {}): TrackedEntity {
    const known = this.entities.get(identifier);
    return known ?? this.entities.add(identifier, { owned: false, located: this.#located(properties) });
  }

  /** The parts of its item's place that an entity keeps. */
  partsOf({ locators }: { readonly locators: ReadonlyMap<string, Locator> }, identifier: string): Place {
    const located = this.entities.get(identifier)?.locatorValues ?? {};
    const parts: [string, string][] = [];
    for (const [part, property] of Object.entries(locators.get(this.shape.identifier) ?? {})) {
      const value = property === IDENTIFIER_PROPERTY ? identifier : located[property];
      if (value !== undefined) parts.push([part, value]);
    }
    return Object.fromEntries(parts);
  }

  #located(properties: StoredEntity['properties']): (string | undefined)[] {
    return this.#locatorProperties.map((property) => {
      const value = Object.hasOwn(properties, property) ? properties[property] : undefined;
      return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
    });
  }

  /** Keeps an entity of ours from counting as stale: a relation needs it, though no item gives it. */
  protect(identifier: string): void {
    const known = this.entities.get(identifier);
    if (known?.owned) known.sighting ??= relationOnlySighting();
  }

  taint(taint: Taint): void {
    if (!this.taints.some(({ reason }) => reason === taint.reason)) this.taints.push(taint);
  }

  /** How many of our entities Port had when the run began. */
  get owned(): number {
    return this.entities.countOwned();
  }

  /** Our entities in Port that no item of this run gave. */
  stale(): string[] {
    return [...this.entities.unseen()];
  }

  /** Notes how it went with an entity. Only worse news replaces earlier ones: a failure stays a failure. */
  recordOutcome(entity: TrackedEntity, outcome: EntityOutcome): void {
    const before = entity.outcome;
    // They are in the order of how much they say.
    if (before !== undefined && OUTCOMES.indexOf(outcome) <= OUTCOMES.indexOf(before)) return;
    if (before !== undefined) this.#outcomes[before] -= 1;
    this.#outcomes[outcome] += 1;
    entity.outcome = outcome;
  }

  /** How many entities ended how, so far. */
  get outcomes(): { readonly [outcome in EntityOutcome]: number } {
    return this.#outcomes;
  }
}
