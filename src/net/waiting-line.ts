import type { RequestLane } from './allowance.ts';

/** A request that waits for its place. */
export interface Waiter {
  readonly lane: RequestLane;
  grant(): void;
}

/** So many requests of live events may always be in flight, beside those of a resync. */
const LIVE_PLACES = 2;
/** After so many live requests in a row, one of a waiting resync goes first. */
const LIVE_IN_A_ROW = 4;

/** Who waits for a host, in two lanes, and how many of each are in flight. In a lane, first come, first served. */
export class WaitingLine {
  readonly #waiting: Record<RequestLane, Waiter[]> = { resync: [], live: [] };
  readonly #inFlight: Record<RequestLane, number> = { resync: 0, live: 0 };
  #liveInARow = 0;

  add(waiter: Waiter): void {
    this.#waiting[waiter.lane].push(waiter);
  }

  remove(waiter: Waiter): void {
    const lane = this.#waiting[waiter.lane];
    lane.splice(lane.indexOf(waiter), 1);
  }

  leave(lane: RequestLane): void {
    this.#inFlight[lane] -= 1;
  }

  get isEmpty(): boolean {
    return this.lanes().length === 0;
  }

  get inFlight(): number {
    return this.#inFlight.resync + this.#inFlight.live;
  }

  /** How many of the common places are taken, that is without those that only live events have. */
  get taken(): number {
    return this.#inFlight.resync + Math.max(0, this.#inFlight.live - LIVE_PLACES);
  }

  /** The lanes in which somebody waits. */
  lanes(): readonly RequestLane[] {
    return (['live', 'resync'] as const).filter((lane) => this.#waiting[lane].length > 0);
  }

  /** Whether there is a place in this lane when so many may be in flight. Live events take at most half of the common places. */
  hasPlace(lane: RequestLane, allowed: number): boolean {
    if (lane === 'live' && this.#inFlight.live < LIVE_PLACES) return true;
    return this.taken < allowed && (lane === 'resync' || this.#inFlight.live - LIVE_PLACES < allowed / 2);
  }

  /** Takes the next one, who is in flight from now on: live events first, as long as a resync comes to its turn. */
  next(mayGo: (lane: RequestLane) => boolean): Waiter | undefined {
    const lanes = this.lanes().filter(mayGo);
    const lane = this.#liveInARow >= LIVE_IN_A_ROW && lanes.includes('resync') ? 'resync' : lanes[0];
    if (lane === undefined) return undefined;
    this.#liveInARow = lane === 'live' ? this.#liveInARow + 1 : 0;
    this.#inFlight[lane] += 1;
    return this.#waiting[lane].shift();
  }
}
