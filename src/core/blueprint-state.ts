import type { Taint } from './deletion.ts';
import { type EntityOutcome, OUTCOMES } from './entity-outcome.ts';
import { EntityTable, relationOnlySighting, type TrackedEntity } from './entity-table.ts';
import { FieldTable, selectFields, spreadMembers } from './fields.ts';
import type { BlueprintShape, StoredEntity } from './model.ts';
import type { FieldSelection, Program } from './ports.ts';
import type { Place } from './source.ts';

/** The locator for a part that the entity's identifier keeps. Port calls it so in searches. */
export const IDENTIFIER_PROPERTY = '$identifier';

/** Part of a place -> id of the property that keeps it, for the entities of one blueprint. */
export type Locator = { readonly [part: string]: string };

/** Everything a run knows about one blueprint. */
export class BlueprintState {
  readonly shape: BlueprintShape;
  readonly selection: FieldSelection;
  readonly table: FieldTable;
  /** The declared members that only a `*` of the mapping gives. */
  readonly spreadMembers: ReturnType<typeof spreadMembers>;
  readonly entities: EntityTable;
  readonly taints: Taint[] = [];
  deleted = 0;
  /** Entities whose time has left the window of their kind, and that are older than its `keepDays`. */
  readonly expired = new Set<string>();
  readonly #outcomes = { unchanged: 0, updated: 0, created: 0, failed: 0 };
  readonly #locatorProperties: readonly string[];

  /** @param locatorProperties properties that keep a part of an item's place */
  constructor(shape: BlueprintShape, programs: readonly Program[], locatorProperties: readonly string[]) {
    this.shape = shape;
    this.selection = selectFields(shape, programs);
    this.spreadMembers = spreadMembers(shape, programs);
    this.table = new FieldTable(shape, this.selection);
    this.#locatorProperties = locatorProperties;
    this.entities = new EntityTable(this.table.width, locatorProperties);
  }

  /** Adds an entity of ours, as Port has it. */
  addOwned(stored: StoredEntity): void {
    const fingerprints = this.table.fingerprints(stored);
    const known = this.entities.get(stored.identifier);
    if (known) {
      // Port's pages overlap when somebody writes in the meantime. The later one is right.
      known.fingerprints = fingerprints;
      return;
    }
    const located = this.#located(stored.properties);
    this.entities.add(stored.identifier, { owned: true, fingerprints, located });
  }

  /** The tracked entity; a new one when Port has none of ours with this identifier. */
  track(identifier: string, properties: StoredEntity['properties'] = {}): TrackedEntity {
    const known = this.entities.get(identifier);
    return known ?? this.entities.add(identifier, { owned: false, located: this.#located(properties) });
  }

  /** The parts of its item's place that an entity keeps in its properties. */
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

  /** Counts an entity as seen although no item gives it, because a relation needs it. */
  protect(identifier: string): void {
    const known = this.entities.get(identifier);
    if (known?.owned) known.sighting ??= relationOnlySighting();
  }

  taint(taint: Taint): void {
    if (!this.taints.some(({ reason }) => reason === taint.reason)) this.taints.push(taint);
  }

  /** How many entities of ours Port had at the beginning of the run. */
  get owned(): number {
    return this.entities.owned;
  }

  /** The stale entities: ours in Port, and not given by an item of this run. */
  stale(): string[] {
    return [...this.entities.unseen()];
  }

  /** Records the outcome of an entity. It replaces an earlier one only if it comes later in OUTCOMES: failures stay. */
  recordOutcome(entity: TrackedEntity, outcome: EntityOutcome): void {
    const before = entity.outcome;
    // OUTCOMES is in order of importance.
    if (before !== undefined && OUTCOMES.indexOf(outcome) <= OUTCOMES.indexOf(before)) return;
    if (before !== undefined) this.#outcomes[before] -= 1;
    this.#outcomes[outcome] += 1;
    entity.outcome = outcome;
  }

  /** How many entities have each outcome so far. */
  get outcomes(): { readonly [outcome in EntityOutcome]: number } {
    return this.#outcomes;
  }
}
