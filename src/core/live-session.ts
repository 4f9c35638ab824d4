import type { Ports } from './ports.ts';
import { type LiveMapping, prepareLive } from './refresh.ts';

/** How long live events follow a mapping before it is looked whether Port's UI has a newer one. */
const FRESH_MS = 60_000;
/** While a newer one is being fetched, one that is no older than this will do: events must not wait for it. */
const USABLE_MS = 300_000;

export interface LiveSession {
  readonly ports: Ports;
  readonly mapping: LiveMapping;
}

/** Keeps a compiled mapping ready for live events, renewed in the background. */
export class LiveSessions {
  readonly #open: () => Ports;
  #current: { readonly session: LiveSession; readonly openedAt: number } | undefined;
  #opening: Promise<LiveSession> | undefined;

  /** @param open ports with a catalog of their own for one session */
  constructor(open: () => Ports) {
    this.#open = open;
  }

  /** @throws AppError when there is no usable session and none can be opened */
  async get(): Promise<LiveSession> {
    const ageMs = this.#current ? performance.now() - this.#current.openedAt : Number.POSITIVE_INFINITY;
    if (this.#current && ageMs < FRESH_MS) return this.#current.session;
    const opening = this.#renew();
    if (this.#current && ageMs < USABLE_MS) {
      // The next event that finds it failed tries again.
      opening.catch(() => undefined);
      return this.#current.session;
    }
    return opening;
  }

  #renew(): Promise<LiveSession> {
    this.#opening ??= this.#prepare().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #prepare(): Promise<LiveSession> {
    const ports = this.#open();
    const session = { ports, mapping: await prepareLive(ports, new AbortController().signal) };
    this.#current = { session, openedAt: performance.now() };
    return session;
  }
}
