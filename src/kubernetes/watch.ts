import type { Kind, RawItem } from '../core/model.ts';
import type { WatchState } from '../core/watches.ts';
import { type Clock, systemClock } from '../net/clock.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { KubernetesApi } from './api.ts';
import type { Discovery } from './discovery.ts';
import type { Resource } from './resource.ts';
import { forbiddenAdvice, itemOf } from './resource-kind.ts';
import { statusOf } from './status.ts';
import { type End, endOf, endOfStatus } from './watch-end.ts';
import { readVersion, type WatchEvent, watchEvent } from './watch-event.ts';

/** A change of an object: how it is now, or how it was last. */
export interface ResourceChange {
  readonly type: 'changed' | 'gone';
  readonly item: RawItem;
}

/** The cluster that is watched. */
export interface WatchedCluster {
  readonly api: KubernetesApi;
  readonly discovery: Discovery;
}

export interface WatchHooks {
  /** Called for every change, in order. */
  onChange(change: ResourceChange): void;
  /** It begins here. What was before, only a read can tell that begins after this. */
  onBegin(): void;
  /** It begins anew: changes before this were missed. They too are in a read that begins after this. */
  onLost(why: string): void;
  /** Called when it changes. */
  onState(state: WatchState): void;
}

export interface WatchOptions {
  /** Only what lies in this namespace. */
  readonly namespace?: string;
  readonly clock?: Clock;
  /** Between 0 and 1. */
  readonly random?: () => number;
}

/** As informers: between 5 and 10 minutes, so that not all watches end at once. */
const SHORTEST_WATCH_S = 300;
/** Bookmarks come about every minute. A connection on which nothing comes for this long is taken for dead. */
const IDLE_MS = 180_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** After the end of a watch that went well. */
const SHORT_PAUSE_MS = 200;
/** For what only a person or a new definition can change. */
const LONG_PAUSE_MS = 180_000;
/** A version that the server refused so often in a row, for whatever reason, is given up. */
const REFUSALS_OF_A_VERSION = 5;
/** A watch that ends sooner, without an event, was no good. */
const SHORTEST_GOOD_MS = 2_000;

/**
 * Watches the objects of a kind until aborted. Every failure is told and tried again. After a cut it goes on where it was;
 * where that is not possible, it begins anew and says so.
 */
export async function watchResource(
  source: WatchedCluster,
  kind: Kind,
  hooks: WatchHooks,
  signal: AbortSignal,
  options: WatchOptions = {},
): Promise<void> {
  const watch = new Watch(source, kind, hooks, signal, options);
  while (!signal.aborted) await watch.once();
}

class Watch {
  readonly #source: WatchedCluster;
  readonly #kind: Kind;
  readonly #hooks: WatchHooks;
  readonly #signal: AbortSignal;
  readonly #namespace: string | undefined;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Everything up to this version was told; undefined: nothing yet, or it is lost. */
  #version: string | undefined;
  /** Why changes were missed; undefined: none were. */
  #missed: string | undefined;
  #hasBegun = false;
  #failures = 0;
  #refusals = 0;
  #state = '';

  constructor(
    source: WatchedCluster,
    kind: Kind,
    hooks: WatchHooks,
    signal: AbortSignal,
    { namespace, clock = systemClock, random = Math.random }: WatchOptions,
  ) {
    this.#source = source;
    this.#kind = kind;
    this.#hooks = hooks;
    this.#signal = signal;
    this.#namespace = namespace;
    this.#clock = clock;
    this.#random = random;
    this.#say({ type: 'starting' });
  }

  /** One connection, from finding the resource to its end, and the pause after it. */
  async once(): Promise<void> {
    const end = await this.#connect().catch((error: unknown): End => endOf(error, this.#kind));
    if (this.#signal.aborted) return;
    await this.#clock.sleep(this.#after(end), this.#signal).catch(() => undefined);
  }

  /** @returns how long to wait */
  #after(end: End): number {
    if (end.type === 'again') {
      this.#failures = 0;
      return this.#spread(SHORT_PAUSE_MS);
    }
    this.#failures += 1;
    this.#refusals += end.type === 'failed' && end.isRefusal ? 1 : 0;
    if (end.type === 'lost' || this.#refusals > REFUSALS_OF_A_VERSION) this.#lose(end.why);
    if (end.type === 'refused') {
      if (end.isLost) this.#lose(end.why);
      this.#say({ type: 'waiting', why: end.why });
      return this.#spread(LONG_PAUSE_MS);
    }
    // A single cut is mended before anybody has to hear of it.
    if (this.#failures > 1) this.#say({ type: 'waiting', why: end.why });
    const askedMs = end.type === 'failed' ? (end.waitMs ?? 0) : 0;
    return Math.max(askedMs, this.#spread(Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS)));
  }

  #lose(why: string): void {
    if (this.#version === undefined) return;
    this.#version = undefined;
    this.#refusals = 0;
    this.#missed = why;
  }

  async #connect(): Promise<End> {
    const found = await this.#source.discovery.find(this.#kind, this.#signal);
    if ('problem' in found) return { type: 'refused', why: found.problem, isLost: false };
    const { resource } = found;
    if (!resource.verbs.includes('watch')) {
      const why = `The API server does not let anybody watch ${this.#kind}, so only resyncs see what changes`;
      return { type: 'refused', why, isLost: false };
    }
    try {
      return await this.#watch(resource, this.#version ?? (await this.#begin(resource)));
    } catch (error) {
      const status = error instanceof HttpFailure ? error.status : undefined;
      if (status === 403) return { type: 'refused', why: this.#advice(resource, error), isLost: false };
      throw error;
    }
  }

  #advice(resource: Resource, error: unknown): string {
    // The list comes first, and needs a right of its own.
    const verb = this.#version === undefined ? 'list' : 'watch';
    return `${forbiddenAdvice(verb, resource, this.#namespace)} (${statusOf(error)?.message ?? 'Forbidden'})`;
  }

  /** Asks for the version of now, by a listing of one object. */
  async #begin(resource: Resource): Promise<string> {
    const { body } = await this.#source.api.get(resource.path(this.#namespace), { limit: 1 }, this.#signal);
    const version = readVersion(body);
    if (version === undefined) throw new Error(`the list of ${this.#kind} has no resourceVersion`);
    this.#version = version;
    const why = this.#missed;
    this.#missed = undefined;
    if (!this.#hasBegun) this.#hooks.onBegin();
    else if (why !== undefined) this.#hooks.onLost(why);
    this.#hasBegun = true;
    return version;
  }

  async #watch(resource: Resource, resourceVersion: string): Promise<End> {
    const timeoutSeconds = Math.round(SHORTEST_WATCH_S * (1 + this.#random()));
    const query = { watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds };
    const onOpen = () => this.#say({ type: 'watching' });
    const lines = this.#source.api.lines(
      resource.path(this.#namespace),
      query,
      { idleMs: IDLE_MS, onOpen },
      this.#signal,
    );
    const startedAt = this.#clock.now();
    let isGood = false;
    for await (const { value } of lines) {
      const end = this.#take(resource, watchEvent(value));
      if (end) return end;
      isGood = true;
      this.#failures = 0;
      this.#refusals = 0;
    }
    if (isGood || this.#clock.now() - startedAt > SHORTEST_GOOD_MS) return { type: 'again' };
    return { type: 'failed', why: `The API server ends the watch of ${this.#kind} at once` };
  }

  /** @returns the end of the watch, if the event is one */
  #take(resource: Resource, event: WatchEvent): End | undefined {
    switch (event.type) {
      case 'error':
        return endOfStatus(event.status, this.#kind, true);
      case 'changed':
      case 'gone': {
        const item = itemOf(resource, event.object);
        if (item) this.#hooks.onChange({ type: event.type, item });
        break;
      }
      case 'bookmark':
      case 'other':
        break;
    }
    this.#version = event.version ?? this.#version;
    return undefined;
  }

  #say(state: WatchState): void {
    const said = JSON.stringify(state);
    if (said === this.#state) return;
    this.#state = said;
    this.#hooks.onState(state);
  }

  /** Between three quarters and all of it, so that not all watches come back at once. */
  #spread(ms: number): number {
    return ms * (0.75 + 0.25 * this.#random());
  }
}
