/** Names of the BullMQ queues below the prefix. */
export const QUEUES = { ticks: 'ticks', runs: 'runs', live: 'live' } as const;

/** Where in Redis our own records are; BullMQ's lie beside them under the same prefix. */
export class RedisKeys {
  readonly prefix: string;
  readonly #base: string;

  constructor(prefix: string) {
    this.prefix = prefix;
    this.#base = `${prefix}:state:`;
  }

  /** Channel for news about runs. */
  get news(): string {
    return `${this.#base}news`;
  }
  /** `run:<id>`, a hash: the record of a run. `<id>:changes` beside it, a string: the changes of its report. */
  get runs(): string {
    return `${this.#base}run:`;
  }
  /** Hash: mode -> id of the run of that mode that waits and can still be widened. */
  get waiting(): string {
    return `${this.#base}waiting`;
  }
  /** String: id of the run that was begun last and has not ended. */
  get running(): string {
    return `${this.#base}running`;
  }
  /** String with expiry, `<id> <token>`: the worker that carries out a run now. Nobody else may. */
  get lease(): string {
    return `${this.#base}lease`;
  }
  /** Sorted set: all runs that are remembered, by the order of their requests. */
  get index(): string {
    return `${this.#base}index`;
  }
  /** Set: runs that have not finished. */
  get open(): string {
    return `${this.#base}open`;
  }
  /** Sorted set: finished runs, by time. */
  get finished(): string {
    return `${this.#base}finished`;
  }
  get sequence(): string {
    return `${this.#base}sequence`;
  }
  /** Hash: key -> the newest live event that waits or is at work. */
  get live(): string {
    return `${this.#base}live`;
  }
  /** Sorted set: the keys of `live`, by when the first event came. */
  get liveSince(): string {
    return `${this.#base}live-since`;
  }
  /** String: another one than before when this Redis has lost its data meanwhile. */
  get generation(): string {
    return `${this.#base}generation`;
  }
  /** String: how many times something was marked. */
  get markNumber(): string {
    return `${this.#base}mark-number`;
  }

  /** Sorted set: identifiers of a blueprint that a live event refreshed, by the number of the mark. */
  marks(blueprint: string): string {
    return `${this.#base}marks:${blueprint}`;
  }
  /** Hash: identifier -> who marked it, and with which numbers. */
  markOwners(blueprint: string): string {
    return `${this.#base}mark-owners:${blueprint}`;
  }
  /** The same two for what live events deleted of a blueprint, by time; and how many have entered there. */
  deleted(blueprint: string): readonly string[] {
    return ['deleted', 'deleted-owners', 'deleted-entered'].map((name) => `${this.#base}${name}:${blueprint}`);
  }
  /** String with expiry: what permissions are tried on. */
  get probe(): string {
    return `${this.#base}probe`;
  }
  /** String with expiry: somebody asked for a run with this key. */
  used(key: string): string {
    return `${this.#base}used:${key}`;
  }
}
