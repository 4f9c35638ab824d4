import type { Entity } from '../../src/sandbox/port/model.ts';
import type { PortStore } from '../../src/sandbox/port/store.ts';
import type { World } from '../../src/sandbox/world/model.ts';
import { type Expected, type ExpectedWorld, expectedWorld, keyOf } from './expected.ts';
import type { Variant } from './variant.ts';

export interface SeenDeletion {
  readonly key: string;
  readonly blueprint: string;
  /** Whether its item had been there from the beginning of the action to this moment. */
  readonly alive: boolean;
  readonly cascaded: boolean;
}

/** What the oracle gathers while an action goes on. */
export class Watch {
  readonly #store: PortStore;
  readonly #world: World;
  readonly #variant: Variant;
  readonly before: ReadonlyMap<string, Entity>;
  readonly atStart: ExpectedWorld;
  /** Items that did not change since the beginning, and what they must be in Port. */
  readonly stable: Map<string, Expected>;
  /** Every name that an item had at some time, or may have had. */
  readonly everExpected: Set<string>;
  readonly deletions: SeenDeletion[] = [];
  /** What was written: whether it was new. */
  readonly writes = new Map<string, { created: boolean }>();
  readonly #alive: Set<string>;
  #deletionsSeen: number;
  sourceChanged = false;

  constructor(store: PortStore, world: World, variant: Variant) {
    this.#store = store;
    this.#world = world;
    this.#variant = variant;
    this.before = entitiesIn(store);
    this.atStart = expectedWorld(world, variant);
    this.stable = new Map(this.atStart.entities);
    this.everExpected = new Set([...this.atStart.entities.keys(), ...this.atStart.nameless]);
    this.#alive = new Set(this.everExpected);
    this.#deletionsSeen = store.deletions.length;
    store.onWrite = ({ blueprint, identifier, created }) => {
      const key = keyOf(blueprint, identifier);
      this.writes.set(key, { created: created || this.writes.get(key)?.created === true });
    };
  }

  /** Changes the source in the middle of the action. */
  changeSource(change: () => void): void {
    this.#takeDeletions();
    change();
    this.sourceChanged = true;
    const { entities, nameless } = expectedWorld(this.#world, this.#variant);
    for (const [key, { row }] of this.stable) if (entities.get(key)?.row !== row) this.stable.delete(key);
    for (const key of this.#alive) if (!entities.has(key) && !nameless.has(key)) this.#alive.delete(key);
    for (const key of [...entities.keys(), ...nameless]) this.everExpected.add(key);
  }

  /** To be called when the action is over. */
  end(): void {
    this.#takeDeletions();
    this.#store.onWrite = () => undefined;
  }

  #takeDeletions(): void {
    for (const { blueprint, identifier, cascaded } of this.#store.deletions.slice(this.#deletionsSeen)) {
      const key = keyOf(blueprint, identifier);
      this.deletions.push({ key, blueprint, cascaded, alive: this.#alive.has(key) });
    }
    this.#deletionsSeen = this.#store.deletions.length;
  }
}

/** Every entity in Port, by `keyOf`. They are never changed in place. */
export function entitiesIn(store: PortStore): ReadonlyMap<string, Entity> {
  return new Map(
    store
      .blueprints()
      .flatMap(({ identifier }) => store.entitiesOf(identifier))
      .map((entity) => [keyOf(entity.blueprint, entity.identifier), entity]),
  );
}
