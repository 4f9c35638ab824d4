/** Names of the BullMQ queues below the prefix. */
export const QUEUES = { ticks: 'ticks', runs: 'runs', live: 'live' } as const;

/** The names of our own keys in Redis. BullMQ's have the same prefix. */
export class RedisKeys {
  readonly prefix: string;
  readonly #base: string;

  constructor(prefix: string) {
    this.prefix = prefix;
    this.#base = `${prefix}:state:`;
  }

  /** The pub/sub channel for notifications about runs. */
  get channel(): string {
    return `${this.#base}news`;
  }
  /** `run:<id>`, a hash: the record of a run. `<id>:changes` beside it, a string: the changes of its report. */
  get runs(): string {
    return `${this.#base}run:`;
  }
  /** Hash: mode -> id of the waiting run of that mode, which later requests may join. */
  get waiting(): string {
    return `${this.#base}waiting`;
  }
  /** String: id of the run in progress. */
  get running(): string {
    return `${this.#base}running`;
  }
  /** String with expiry, `<id> <token>`: the lease of the run in progress. Only the worker with this token may execute it. */
  get lease(): string {
    return `${this.#base}lease`;
  }
  /** Sorted set: all runs that are kept, in the order of their requests. */
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
  /** Hash: key -> the newest live event that waits or is being processed. */
  get live(): string {
    return `${this.#base}live`;
  }
  /** Sorted set: the keys of `live`, by when the first event came. */
  get liveSince(): string {
    return `${this.#base}live-since`;
  }
  /** String: a random id. If it is missing or different, Redis has lost its data. */
  get generation(): string {
    return `${this.#base}generation`;
  }
  /** String: the number of the last mark. */
  get markNumber(): string {
    return `${this.#base}mark-number`;
  }

  /** Sorted set: identifiers of a blueprint that live events refreshed, by the number of their last mark. */
  marks(blueprint: string): string {
    return `${this.#base}marks:${blueprint}`;
  }
  /** Hash: identifier -> its owners (the live events that marked it) with their numbers. */
  markOwners(blueprint: string): string {
    return `${this.#base}mark-owners:${blueprint}`;
  }
  /** The same two keys for the entities that live events deleted, by time; and the count of all that were ever added. */
  deleted(blueprint: string): readonly string[] {
    return ['deleted', 'deleted-owners', 'deleted-entered'].map((name) => `${this.#base}${name}:${blueprint}`);
  }
  /** String: the records of the truths of all blueprints, as JSON. */
  get truths(): string {
    return `${this.#base}truths`;
  }
  /** Sorted set: the runs in the journal, by when they began. */
  get journal(): string {
    return `${this.#base}journal`;
  }
  /** Three hashes with expiry: what is known of a run's record, its pieces by name, and their indexes by name. */
  journalRun(runId: string): readonly [string, string, string] {
    const record = `${this.#base}journal:${runId}`;
    return [record, `${record}:pieces`, `${record}:indexes`];
  }
  /** Sorted set: the entries of the timeline of one type, by time. */
  timeline(type: string): string {
    return `${this.#base}timeline:${type}`;
  }
  /** String: what the timeline remembers to notice a change. */
  timelineMemo(memo: string): string {
    return `${this.#base}timeline-memo:${memo}`;
  }
  /** Hash with expiry: kind -> the items that its last resync left out, as JSON. */
  get leftOut(): string {
    return `${this.#base}left-out`;
  }
  /** String with expiry: which replica does something that only one of them does. */
  held(name: string): string {
    return `${this.#base}held:${name}`;
  }
  /** String with expiry: the key on which permissions are tested. */
  get permissionTest(): string {
    return `${this.#base}probe`;
  }
  /** List: what the expressions of the mapping gave in the last resyncs, the newest first. */
  get fields(): string {
    return `${this.#base}fields`;
  }
  /** String: what people were told about the status. */
  get told(): string {
    return `${this.#base}told`;
  }
  /** String with expiry: a run was requested with this idempotency key. */
  used(key: string): string {
    return `${this.#base}used:${key}`;
  }
}
