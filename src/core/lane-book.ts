import type { Kind } from './model.ts';
import type { Lane, Stage } from './run-times.ts';

interface OpenLane {
  readonly kind: Kind;
  readonly stage: Stage;
  readonly startedAt: number;
  endedAt: number;
  busyMs: number;
  done: number;
  /** How many pieces of work are under way, and since when. */
  active: number;
  busySince: number;
}

/** Measures the stages of each kind. Work is timed by the page or batch, never by the item. */
export class LaneBook {
  readonly #lanes = new Map<string, OpenLane>();
  readonly #openKinds = new Set<Kind>();
  readonly #now: () => number;
  readonly #onChange: () => void;

  constructor(now: () => number, onChange: () => void = () => undefined) {
    this.#now = now;
    this.#onChange = onChange;
  }

  /** Times work of a stage. @param count how much it has done; with several kinds it counts for the first */
  async time<T>(
    kinds: readonly Kind[],
    stage: Stage,
    work: () => Promise<T>,
    count: (result: T) => number = () => 0,
  ): Promise<T> {
    const lanes = kinds.map((kind) => this.#enter(kind, stage));
    try {
      const result = await work();
      const [first] = lanes;
      if (first !== undefined) first.done += count(result);
      return result;
    } finally {
      for (const lane of lanes) this.#leave(lane);
      this.#onChange();
    }
  }

  /** Counts what was done in a stage that is timed elsewhere. */
  add(kind: Kind, stage: Stage, done: number): void {
    const lane = this.#lanes.get(`${stage} ${kind}`);
    if (lane !== undefined) lane.done += done;
  }

  /** Waiting for a later stage is no work of this one. @param work what is waited for */
  async without<T>(kind: Kind, stage: Stage, work: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(`${stage} ${kind}`);
    if (lane === undefined || lane.active === 0) return work();
    this.#leave(lane);
    try {
      return await work();
    } finally {
      this.#enter(kind, stage);
    }
  }

  /** While a kind is open its stages may go on, although nothing may be under way at the moment. */
  open(kind: Kind): void {
    this.#openKinds.add(kind);
  }

  close(kind: Kind): void {
    this.#openKinds.delete(kind);
  }

  list(): readonly Lane[] {
    const now = this.#now();
    return [...this.#lanes.values()].map((lane) => {
      const { kind, stage, startedAt, endedAt, done, active } = lane;
      const mayGoOn = active > 0 || (this.#openKinds.has(kind) && stage !== 'delete');
      const busyMs = lane.busyMs + (active > 0 ? Math.max(0, now - lane.busySince) : 0);
      return { kind, stage, startedAt: isoOf(startedAt), endedAt: mayGoOn ? null : isoOf(endedAt), busyMs, done };
    });
  }

  #enter(kind: Kind, stage: Stage): OpenLane {
    const now = this.#now();
    const key = `${stage} ${kind}`;
    const known = this.#lanes.get(key);
    const lane = known ?? { kind, stage, startedAt: now, endedAt: now, busyMs: 0, done: 0, active: 0, busySince: now };
    if (known === undefined) this.#lanes.set(key, lane);
    if (lane.active === 0) lane.busySince = now;
    lane.active += 1;
    return lane;
  }

  #leave(lane: OpenLane): void {
    const now = this.#now();
    lane.active -= 1;
    // A clock may jump back.
    lane.endedAt = Math.max(lane.startedAt, now);
    if (lane.active === 0) lane.busyMs += Math.max(0, now - lane.busySince);
  }
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
