import type { Taint } from './deletion.ts';
import { FieldTable, type Fingerprints, selectFields } from './fields.ts';
import type { BlueprintShape, Kind, StoredEntity } from './model.ts';
import type { FieldSelection, Program } from './ports.ts';

/** Which source item an entity was made of in this run. */
export interface Sighting {
  /** null: no item, a relation points at it. */
  readonly kind: Kind | null;
  readonly label: string;
}

const RANK = { unchanged: 0, updated: 1, created: 2, failed: 3 };
export type EntityOutcome = keyof typeof RANK;

/** What is known of one entity of a blueprint: a few hundred bytes each, for there may be a hundred thousand. */
export interface TrackedEntity {
  /** The fields as Port has them, or will have them when what is on its way lands. */
  fingerprints: Fingerprints | undefined;
  /** Ours in Port when the run began. */
  readonly owned: boolean;
  /** Values of the properties that keep the address of the source item (see `Addressing`). */
  readonly located: { readonly [property: string]: string };
  sighting: Sighting | undefined;
  /** Whether something of it was handed to the writer in this run. */
  sent: boolean;
  outcome: EntityOutcome | undefined;
}

/** Everything a run knows about one blueprint. */
export class BlueprintState {
  readonly shape: BlueprintShape;
  readonly selection: FieldSelection;
  readonly table: FieldTable;
  readonly entities = new Map<string, TrackedEntity>();
  readonly taints: Taint[] = [];
  deleted = 0;
  readonly #outcomes = { unchanged: 0, updated: 0, created: 0, failed: 0 };
  readonly #locatorProperties: readonly string[];
  readonly #interned = new Map<string, string>();

  /** @param locatorProperties properties whose values say where an item lives in the source */
  constructor(shape: BlueprintShape, programs: readonly Program[], locatorProperties: readonly string[]) {
    this.shape = shape;
    this.selection = selectFields(shape, programs);
    this.table = new FieldTable(shape, this.selection);
    this.#locatorProperties = locatorProperties;
  }

  /** Remembers an entity that is ours in Port. */
  remember(stored: StoredEntity): void {
    this.entities.set(stored.identifier, {
      fingerprints: this.table.fingerprints(stored),
      owned: true,
      located: this.#locate(stored),
      sighting: undefined,
      sent: false,
      outcome: undefined,
    });
  }

  /** The tracked entity; a fresh one when Port has none of that name that is ours. */
  track(identifier: string): TrackedEntity {
    const known = this.entities.get(identifier);
    if (known) return known;
    const fresh: TrackedEntity = {
      fingerprints: undefined,
      owned: false,
      located: {},
      sighting: undefined,
      sent: false,
      outcome: undefined,
    };
    this.entities.set(identifier, fresh);
    return fresh;
  }

  /** Keeps an entity of ours from counting as stale: a relation needs it, though no item gives it. */
  protect(identifier: string): void {
    const known = this.entities.get(identifier);
    if (known?.owned) known.sighting ??= { kind: null, label: 'target of a relation' };
  }

  taint(taint: Taint): void {
    if (!this.taints.some(({ reason }) => reason === taint.reason)) this.taints.push(taint);
  }

  /** How many of our entities Port had when the run began. */
  get owned(): number {
    let owned = 0;
    for (const entity of this.entities.values()) if (entity.owned) owned += 1;
    return owned;
  }

  /** Our entities in Port that no item of this run gave. */
  stale(): string[] {
    return [...this.entities]
      .filter(([, entity]) => entity.owned && !entity.sighting)
      .map(([identifier]) => identifier);
  }

  /** Notes how it went with an entity. Only worse news replaces earlier ones: a failure stays a failure. */
  settle(entity: TrackedEntity, outcome: EntityOutcome): void {
    const before = entity.outcome;
    if (before !== undefined && RANK[outcome] <= RANK[before]) return;
    if (before !== undefined) this.#outcomes[before] -= 1;
    this.#outcomes[outcome] += 1;
    entity.outcome = outcome;
  }

  /** How many entities ended how, so far. */
  get outcomes(): { readonly [outcome in EntityOutcome]: number } {
    return this.#outcomes;
  }

  #locate(stored: StoredEntity): { readonly [property: string]: string } {
    const found: [string, string][] = [];
    for (const property of this.#locatorProperties) {
      const value = Object.hasOwn(stored.properties, property) ? stored.properties[property] : undefined;
      if (typeof value === 'string') found.push([property, this.#intern(value)]);
    }
    return Object.fromEntries(found);
  }

  /** Cluster and namespace names repeat in every entity; one copy of each is enough. */
  #intern(text: string): string {
    const known = this.#interned.get(text);
    if (known !== undefined) return known;
    this.#interned.set(text, text);
    return text;
  }
}
