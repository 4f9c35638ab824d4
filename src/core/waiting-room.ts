import { entityJson } from './entity-json.ts';
import type { FittedEntity } from './fitted-entity.ts';
import type { Kind } from './model.ts';

/** An entity of a blueprint. */
export interface EntityName {
  readonly blueprint: string;
  readonly identifier: string;
}

/** One entity, as one item or several gave it, and how many of its relation targets are not there yet. */
interface Waiting {
  readonly kind: Kind;
  readonly pieces: FittedEntity[];
  missing: number;
}

/** How much of one kind may wait. More than is in flight, so that writing does not stop; little enough for memory. */
const MAX_ENTITIES = 2_000;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Keeps entities whose relation targets are not in Port yet, because their kind is still being read. It is bounded: whoever
 * fills it has to wait.
 */
export class WaitingRoom {
  readonly #byTarget = new Map<string, Map<string, Waiting[]>>();
  readonly #byName = new Map<string, Waiting>();
  readonly #kinds = new Map<Kind, KindRoom>();

  /** Whether an entity waits. What else is given of it has to wait too, so that the first value stays the first. */
  has({ entity: { blueprint, identifier } }: FittedEntity): boolean {
    return this.#byName.has(nameOf(blueprint, identifier));
  }

  /** How many entities of a kind wait, or are ready and were not taken yet. */
  sizeOf(kind: Kind): number {
    const room = this.#kinds.get(kind);
    return room === undefined ? 0 : room.waiting + room.ready.length;
  }

  /** Whether no more of a kind should be added before some of it was taken. */
  isFullFor(kind: Kind): boolean {
    const room = this.#kinds.get(kind);
    return room !== undefined && (room.waiting + room.ready.length >= MAX_ENTITIES || room.bytes >= MAX_BYTES);
  }

  /** @param targets those that are not there yet; none when it only waits for an earlier value of the same entity */
  add(piece: FittedEntity, targets: readonly EntityName[]): void {
    const { kind, entity } = piece;
    const name = nameOf(entity.blueprint, entity.identifier);
    const known = this.#byName.get(name);
    const waiting = known ?? { kind, pieces: [], missing: 0 };
    const room = this.#roomOf(kind);
    if (known === undefined) {
      this.#byName.set(name, waiting);
      room.waiting += 1;
    }
    waiting.pieces.push(piece);
    room.bytes += bytesOf(piece);
    // One that is ready and was not taken yet waits again.
    if (known?.missing === 0 && targets.length > 0) {
      room.ready.splice(room.ready.indexOf(known), 1);
      room.waiting += 1;
    }
    for (const target of targets) {
      waiting.missing += 1;
      const names = this.#byTarget.get(target.blueprint) ?? new Map<string, Waiting[]>();
      this.#byTarget.set(target.blueprint, names);
      const others = names.get(target.identifier);
      if (others) others.push(waiting);
      else names.set(target.identifier, [waiting]);
    }
  }

  /** An entity is in Port, or will not come. */
  settle(blueprint: string, identifier: string): void {
    const names = this.#byTarget.get(blueprint);
    const waiting = names?.get(identifier);
    if (names === undefined || waiting === undefined) return;
    names.delete(identifier);
    for (const one of waiting) this.#lose(one);
  }

  /** Lets go of targets that nobody gives any more. @param mayCome whether a blueprint's entities may still come, for a kind */
  letGo(mayCome: (blueprint: string, kind: Kind) => boolean): void {
    for (const [blueprint, names] of this.#byTarget) {
      for (const [identifier, waiting] of names) {
        const kept = waiting.filter(({ kind }) => mayCome(blueprint, kind));
        if (kept.length === 0) names.delete(identifier);
        else names.set(identifier, kept);
        for (const one of waiting) if (!kept.includes(one)) this.#lose(one);
      }
    }
  }

  /** Takes the entities of a kind that wait no more. */
  takeReady(kind: Kind): readonly FittedEntity[] {
    const room = this.#kinds.get(kind);
    const pieces = room?.ready.splice(0).flatMap((one) => one.pieces) ?? [];
    for (const piece of pieces) {
      if (room) room.bytes -= bytesOf(piece);
      this.#byName.delete(nameOf(piece.entity.blueprint, piece.entity.identifier));
    }
    return pieces;
  }

  /** Resolves when `takeReady` has something for a kind. */
  whenReady(kind: Kind): Promise<void> {
    const room = this.#roomOf(kind);
    if (room.ready.length > 0) return Promise.resolve();
    room.told ??= new Promise((resolve) => {
      room.tell = resolve;
    });
    return room.told;
  }

  #lose(waiting: Waiting): void {
    waiting.missing -= 1;
    if (waiting.missing > 0) return;
    const room = this.#roomOf(waiting.kind);
    room.waiting -= 1;
    room.ready.push(waiting);
    room.tell();
    room.told = undefined;
  }

  #roomOf(kind: Kind): KindRoom {
    const room = this.#kinds.get(kind) ?? { waiting: 0, bytes: 0, ready: [], told: undefined, tell: () => undefined };
    this.#kinds.set(kind, room);
    return room;
  }
}

interface KindRoom {
  waiting: number;
  bytes: number;
  readonly ready: Waiting[];
  told: Promise<void> | undefined;
  tell: () => void;
}

function nameOf(blueprint: string, identifier: FittedEntity['entity']['identifier']): string {
  return `${blueprint}\n${typeof identifier === 'string' ? identifier : JSON.stringify(identifier)}`;
}

/** The text is kept for the writer. */
function bytesOf({ entity }: FittedEntity): number {
  return entityJson(entity).length;
}
