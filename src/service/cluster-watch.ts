import { setTimeout as sleep } from 'node:timers/promises';
import { isDoneWithin } from '../core/deadline.ts';
import type { ItemChanges } from '../core/live-changes.ts';
import type { Kind } from '../core/model.ts';
import type { RunQueue } from '../core/run-queue.ts';
import type { WatchStatus } from '../core/watches.ts';
import type { WatchHooks } from '../kubernetes/watch.ts';
import type { WatchedKind } from '../kubernetes/watched-kinds.ts';
import { KindChanges } from './kind-changes.ts';
import { whileLeader } from './leader.ts';
import { NeededResyncs } from './needed-resyncs.ts';
import type { WatchBook } from './watch-book.ts';

export interface ClusterWatchOptions {
  /** What the mapping in use reads from the cluster. @throws when nobody can tell now */
  readonly kinds: () => Promise<readonly WatchedKind[]>;
  /** Watches until aborted. Never throws. */
  readonly watch: (kind: Kind, namespace: string | undefined, hooks: WatchHooks, signal: AbortSignal) => Promise<void>;
  /** Brings changes to Port. @throws when they should be tried again */
  readonly flush: (changes: ItemChanges, attempt: number, signal: AbortSignal) => Promise<void>;
  readonly queue: Pick<RunQueue, 'request' | 'watch' | 'holdLease' | 'dropLease'>;
  readonly book: WatchBook;
  readonly leaseMs?: number;
  /** How often to look whether the mapping has changed. */
  readonly lookMs?: number;
  /** How long changes wait for newer ones, and how long after a failure. */
  readonly quietMs?: number;
  readonly pauseMs?: number;
  /** How long a resync waits for others that are needed. */
  readonly togetherMs?: number;
}

/** The most objects that wait for Port, of all kinds together. */
const MAX_WAITING = 20_000;
const LOOK_MS = 30_000;
const RETRY_MS = 2_000;

/** The watches of one kind: one, or one for each namespace. */
interface Watched {
  readonly changes: KindChanges;
  readonly namespaces: Map<string, AbortController>;
}

/** Watches the cluster for the kinds of the mapping, in one of all replicas. */
export class ClusterWatch {
  readonly #options: ClusterWatchOptions;
  readonly #resyncs: NeededResyncs;
  readonly #watched = new Map<Kind, Watched>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #settled: Promise<void>;
  #settle: () => void = () => undefined;

  constructor(options: ClusterWatchOptions) {
    this.#options = options;
    const { queue, togetherMs, leaseMs } = options;
    this.#resyncs = new NeededResyncs(queue, togetherMs);
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const lease = { queue, name: 'cluster-watch', signal: this.#stopping.signal, leaseMs };
    this.#running = whileLeader({ ...lease, onStandby: () => this.#settle() }, (signal) => this.#lead(signal));
  }

  /** Waits until all watches have begun, or cannot begin now, or another replica watches. */
  async begun(withinMs: number): Promise<void> {
    await isDoneWithin(withinMs, this.#settled);
  }

  /** A resync of all kinds is requested now, so that those that have begun need none of their own. */
  covered(): void {
    this.#resyncs.clear();
  }

  watches(): readonly WatchStatus[] {
    return this.#options.book.list();
  }

  /** For how long the oldest change is not in Port yet. */
  lagMs(): number {
    return Math.max(0, ...[...this.#watched.values()].map(({ changes }) => changes.lagMs));
  }

  /** Sends what waits, if there is time, and gives the lease back. */
  async stop(withinMs: number): Promise<void> {
    this.#resyncs.stop();
    this.#stopping.abort(new DOMException('the service stops', 'AbortError'));
    await isDoneWithin(withinMs, this.#running);
  }

  async #lead(signal: AbortSignal): Promise<void> {
    const { book, kinds, lookMs = LOOK_MS } = this.#options;
    book.leads();
    const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined);
    while (!signal.aborted) {
      const wanted = await kinds().catch(() => undefined);
      if (signal.aborted) break;
      if (wanted) this.#adjust(wanted);
      await pause(wanted ? lookMs : RETRY_MS);
    }
    const open = [...this.#watched.values()];
    for (const { namespaces } of open) for (const ending of namespaces.values()) ending.abort();
    // A lease that is lost is another replica's, which asks for a resync. One that we give back is ours until then.
    if (this.#stopping.signal.aborted) await Promise.all(open.map(({ changes }) => changes.finish()));
    for (const { changes } of open) changes.stop();
    this.#watched.clear();
  }

  /** Adds and removes watches, so that they are those of the mapping. */
  #adjust(wanted: readonly WatchedKind[]): void {
    for (const [kind, { changes, namespaces }] of this.#watched) {
      const names = wanted.find((each) => each.kind === kind)?.namespaces ?? [];
      for (const [name, ending] of namespaces) {
        if (names.includes(name)) continue;
        namespaces.delete(name);
        ending.abort();
      }
      if (names.length > 0) continue;
      this.#watched.delete(kind);
      changes.stop();
    }
    for (const { kind, namespaces } of wanted) {
      const its = this.#watched.get(kind) ?? this.#open(kind);
      this.#watched.set(kind, its);
      for (const name of namespaces) if (!its.namespaces.has(name)) this.#watch(kind, name, its);
    }
    if (wanted.length === 0) this.#settle();
  }

  #open(kind: Kind): Watched {
    const { book, flush, quietMs, pauseMs } = this.#options;
    const waiting = () => [...this.#watched.values()].reduce((sum, { changes }) => sum + changes.size, 0);
    const changes: KindChanges = new KindChanges({
      ...{ kind, flush, quietMs, pauseMs },
      hasRoom: () => waiting() < MAX_WAITING,
      onOverflow: () => {
        book.overflowed(kind, MAX_WAITING);
        this.#resyncs.need(kind, () => changes.settled());
      },
    });
    return { changes, namespaces: new Map() };
  }

  #watch(kind: Kind, namespace: string, { changes, namespaces }: Watched): void {
    const { book, watch } = this.#options;
    const ending = new AbortController();
    namespaces.set(namespace, ending);
    const where = namespace === '' ? undefined : namespace;
    const entry = book.open(kind, where);
    const needResync = () => this.#resyncs.need(kind, () => changes.settled());
    const hooks: WatchHooks = {
      onChange(change) {
        if (ending.signal.aborted) return;
        entry.event(change.type);
        changes.add(change);
      },
      onBegin: needResync,
      onLost(why) {
        entry.lost(why);
        changes.drop();
        needResync();
      },
      onState: (state) => {
        entry.state(state);
        if (book.areAllSettled()) this.#settle();
      },
    };
    void watch(kind, where, hooks, ending.signal).finally(() => entry.close());
  }
}
