import type { SentEntity } from './stand-in-calls.ts';

export type Entities = Readonly<Record<string, readonly SentEntity[]>>;

const ENTITIES_A_BATCH = 20;
/** More at a time nobody sends to Port. */
export const BATCHES_IN_FLIGHT = 40;

/** Writes entities as early as they may be written: their page read, their blueprint and their targets in Port. */
interface FloorWriter {
  /** The blueprint is in Port. */
  open(blueprint: string): void;
  /** These entities have been read: of services the mapping's expression as it is, before the program fits it to Port. */
  add(identifiers: readonly string[]): void;
  /** All of the blueprint have been read: its last batch need not be full. */
  end(blueprint: string): void;
  /** Everything is written. */
  readonly done: Promise<void>;
  requests(): number;
}

interface Ready {
  readonly blueprint: string;
  readonly identifier: string;
  /** The identifier as the mapping says it. */
  readonly mapped: string;
  /** As it is sent; written before the clock starts. */
  readonly text: string;
  /** The entities that it points at. */
  readonly targets: readonly string[];
}

interface Shelf {
  isOpen: boolean;
  isRead: boolean;
  /** Read, but a target is not in Port yet. */
  waiting: number;
  readonly sendable: Ready[];
}

/** @param send writes a batch, given as the body of the request */
export function createFloorWriter(
  entities: Entities,
  send: (blueprint: string, body: string) => Promise<string>,
): FloorWriter {
  // Services first: risks point at them.
  const blueprints = Object.keys(entities).sort().reverse();
  const all = blueprints.flatMap((blueprint) => readyOf(blueprint, entities[blueprint] ?? []));
  const read = new Map(all.map((one) => [one.mapped, one]));
  const known = new Set(all.map(({ identifier }) => identifier));
  const shelves = new Map<string, Shelf>(
    blueprints.map((blueprint) => [blueprint, { isOpen: false, isRead: false, waiting: 0, sendable: [] }]),
  );
  const landed = new Set<string>();
  const waitingFor = new Map<string, Ready[]>();
  let inFlight = 0;
  let requests = 0;
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const done = new Promise<void>((toResolve, toReject) => {
    resolve = toResolve;
    reject = toReject;
  });

  function change(blueprint: string, news: Partial<Shelf>): void {
    const shelf = shelves.get(blueprint);
    if (shelf !== undefined) Object.assign(shelf, news);
    sendWhatCanGo();
  }

  function place(one: Ready): void {
    const shelf = shelves.get(one.blueprint);
    const missing = one.targets.find((target) => known.has(target) && !landed.has(target));
    if (missing === undefined) shelf?.sendable.push(one);
    else {
      waitingFor.set(missing, [...(waitingFor.get(missing) ?? []), one]);
      if (shelf !== undefined) shelf.waiting += 1;
    }
  }

  function land(batch: readonly Ready[]): void {
    for (const { identifier } of batch) {
      landed.add(identifier);
      for (const one of waitingFor.get(identifier) ?? []) {
        const shelf = shelves.get(one.blueprint);
        if (shelf !== undefined) shelf.waiting -= 1;
        place(one);
      }
      waitingFor.delete(identifier);
    }
  }

  function takeBatch(): readonly Ready[] {
    for (const { isOpen, isRead, waiting, sendable } of shelves.values()) {
      const isFull = sendable.length >= ENTITIES_A_BATCH;
      if (isOpen && (isFull || (isRead && waiting === 0))) {
        const batch = sendable.splice(0, ENTITIES_A_BATCH);
        if (batch.length > 0) return batch;
      }
    }
    return [];
  }

  async function write(batch: readonly Ready[], blueprint: string): Promise<void> {
    const answer = await send(blueprint, `{"entities":[${batch.map(({ text }) => text).join(',')}]}`);
    if (!answer.includes('"errors":[]')) throw new Error(`Port refused some: ${answer.slice(0, 300)}`);
    land(batch);
  }

  function sendWhatCanGo(): void {
    while (inFlight < BATCHES_IN_FLIGHT) {
      const batch = takeBatch();
      if (batch[0] === undefined) break;
      inFlight += 1;
      requests += 1;
      write(batch, batch[0].blueprint).then(() => {
        inFlight -= 1;
        sendWhatCanGo();
      }, reject);
    }
    if (inFlight === 0 && [...shelves.values()].every(isEmpty)) resolve();
  }

  return {
    open: (blueprint) => change(blueprint, { isOpen: true }),
    end: (blueprint) => change(blueprint, { isRead: true }),
    add(identifiers) {
      for (const identifier of identifiers) {
        const one = read.get(identifier);
        if (one === undefined) throw new Error(`Komodor lists ${identifier}, which the first run did not write`);
        place(one);
      }
      sendWhatCanGo();
    },
    done,
    requests: () => requests,
  };
}

function isEmpty({ isRead, waiting, sendable }: Shelf): boolean {
  return isRead && waiting === 0 && sendable.length === 0;
}

function readyOf(blueprint: string, entities: readonly SentEntity[]): readonly Ready[] {
  return entities.map(({ identifier, title, properties, relations }) => ({
    blueprint,
    identifier,
    mapped: mappedOf(identifier, properties),
    text: JSON.stringify({ identifier, title, properties, relations }),
    targets: Object.values(relations).filter((target) => typeof target === 'string'),
  }));
}

function mappedOf(identifier: string, of: SentEntity['properties']): string {
  const parts = [of.workload_kind, of.cluster_name, of.namespace_name, of.service_name];
  return of.service_name === undefined ? identifier : parts.join('-');
}
