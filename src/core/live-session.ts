import { type LiveMapping, prepareLive } from './live-run.ts';
import type { Ports } from './ports.ts';

/** How long live events use a mapping before it is read again. */
const FRESH_MS = 60_000;
/** While it is read again, one that is not older than this is used, so that events do not wait. */
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

  /** @param open creates ports with their own catalog for one session */
  constructor(open: () => Ports) {
    this.#open = open;
  }

  /** @throws AppError when there is no usable session and none can be opened */
  async get(): Promise<LiveSession> {
    const ageMs = this.#current ? performance.now() - this.#current.openedAt : Number.POSITIVE_INFINITY;
    if (this.#current && ageMs < FRESH_MS) return this.#current.session;
    const opening = this.#renew();
    if (this.#current && ageMs < USABLE_MS) {
      // If it fails, the next event tries again.
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
