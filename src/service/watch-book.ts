import type { Kind } from '../core/model.ts';
import type { TimelineEvent } from '../core/timeline.ts';
import type { WatchState, WatchStatus } from '../core/watches.ts';
import type { ResourceChange } from '../kubernetes/watch.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface WatchBookOptions {
  readonly logger: Logger;
  readonly note: (event: TimelineEvent) => void;
  readonly onEvent: (kind: Kind, type: ResourceChange['type']) => void;
}

/** Keeps how the watches are, and says in the log and in the timeline when one is lost and when it is back. */
export class WatchBook {
  readonly #options: WatchBookOptions;
  readonly #entries = new Set<WatchEntry>();

  constructor(options: WatchBookOptions) {
    this.#options = options;
  }

  /** This replica watches from now on. */
  leads(): void {
    this.#options.logger.info({ phase: 'watch' }, 'this replica watches the cluster');
  }

  open(kind: Kind, namespace: string | undefined): WatchEntry {
    const entry = new WatchEntry(kind, namespace, this.#options, () => this.#entries.delete(entry));
    this.#entries.add(entry);
    return entry;
  }

  overflowed(kind: Kind, limit: number): void {
    this.#options.logger.warn(
      { kind, phase: 'watch' },
      `more than ${limit} changed objects wait for Port: those of this kind are left to a resync`,
    );
  }

  /** Whether every watch goes, or cannot begin now. */
  areAllSettled(): boolean {
    return [...this.#entries].every(({ status }) => status.state !== 'starting');
  }

  list(): readonly WatchStatus[] {
    return [...this.#entries].map(({ status }) => status);
  }
}

/** One watch in the book. */
export class WatchEntry {
  status: WatchStatus;
  readonly #options: WatchBookOptions;
  readonly #remove: () => void;
  /** What the log said last, so that a reason is said once. */
  #said: string | undefined;

  constructor(kind: Kind, namespace: string | undefined, options: WatchBookOptions, remove: () => void) {
    const since = new Date().toISOString();
    const nothing = { lastEventAt: null, why: null };
    this.status = { kind, namespace: namespace ?? null, state: 'starting', since, ...nothing };
    this.#options = options;
    this.#remove = remove;
  }

  event(type: ResourceChange['type']): void {
    this.status = { ...this.status, lastEventAt: new Date().toISOString() };
    this.#options.onEvent(this.status.kind, type);
  }

  state(state: WatchState): void {
    const { kind, namespace, state: before } = this.status;
    const why = state.type === 'waiting' ? state.why : null;
    const since = state.type === before ? this.status.since : new Date().toISOString();
    this.status = { ...this.status, state: state.type, since, why };
    const { logger, note } = this.#options;
    const where = { kind, ...(namespace === null ? {} : { namespace }), phase: 'watch' };
    if (why !== null && why !== this.#said) logger.warn({ ...where, detail: why }, 'the watch waits');
    if (state.type === 'watching') logger.info(where, 'watching');
    if (why !== null && before !== 'waiting') note({ type: 'watch', kind, namespace, state: 'lost', why });
    if (state.type === 'watching' && before === 'waiting') note({ type: 'watch', kind, namespace, state: 'back', why });
    this.#said = why ?? this.#said;
  }

  lost(why: string): void {
    const { kind, namespace } = this.status;
    const where = { kind, ...(namespace === null ? {} : { namespace }), phase: 'watch', detail: why };
    this.#options.logger.warn(where, 'changes were missed: a resync of the kind is requested');
  }

  close(): void {
    this.#remove();
  }
}
