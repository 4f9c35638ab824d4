import type { AnswerStream, SandboxResponse } from '../http.ts';
import { type EventType, errorLine, eventLine } from './event-text.ts';
import { asShown } from './events.ts';
import type { ListRequest } from './listing.ts';
import { readVersion } from './listing.ts';
import { groupVersionOf, type KubernetesObject } from './model.ts';
import { expired, Refusal } from './refusals.ts';
import type { Change } from './shelf.ts';
import { type KubernetesStore, objectKey } from './store.ts';

export interface WatchHabits {
  /** Milliseconds from one bookmark to the next. */
  readonly bookmarkMs: number;
  /** After so many milliseconds the server ends a watch that named no time. */
  readonly watchMaxMs: number;
}

/** The watches that are open. */
export type Watchers = Set<{ end(): void }>;

interface Start {
  /** What is there already, to be told first. */
  readonly initial: readonly KubernetesObject[];
  /** Changes after this version follow. */
  readonly version: number;
}

/** Answers a watch. Throws the server's refusal of one that cannot begin. */
export function watch(
  store: KubernetesStore,
  request: ListRequest,
  { bookmarkMs, watchMaxMs }: WatchHabits,
  watchers: Watchers,
  bend: (stream: AnswerStream) => AnswerStream,
): SandboxResponse {
  const start = startOf(store, request);
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    stream(answer) {
      const stream = bend(answer);
      if ('problem' in start) {
        stream.write(errorLine(start.problem));
        stream.end();
        return;
      }
      const { timeoutSeconds = 0 } = request.options;
      const watcher = new Watcher(store, request, stream, start.version);
      watchers.add(watcher);
      const bookmarks = setInterval(() => watcher.bookmark(), bookmarkMs);
      const end = setTimeout(() => watcher.endInTime(), timeoutSeconds > 0 ? timeoutSeconds * 1000 : watchMaxMs);
      const stop = store.onChange(() => watcher.wake());
      stream.onEnd(() => {
        watchers.delete(watcher);
        clearInterval(bookmarks);
        clearTimeout(end);
        stop();
        watcher.end();
      });
      void watcher.run(start.initial);
    },
  };
}

function startOf(store: KubernetesStore, request: ListRequest): Start | { readonly problem: Refusal } {
  const { definition, namespace, options } = request;
  const { resourceVersion, sendInitialEvents } = options;
  const version = readVersion(resourceVersion, (problem) => new Refusal(500, undefined, problem));
  const shelf = store.shelf(definition);
  if (sendInitialEvents ?? version === 0) {
    const rows = shelf.at(store.version) ?? [];
    const prefix = namespace === '' ? '/' : objectKey(namespace, '');
    const inside = rows.filter(([key, object]) => key.startsWith(prefix) && options.matches(object));
    return { initial: inside.map(([, object]) => object), version: store.version };
  }
  if (version === 0) return { initial: [], version: store.version };
  if (shelf.knows(version)) return { initial: [], version };
  return { problem: expired(`too old resource version: ${version} (${shelf.oldest})`) };
}

class Watcher {
  readonly #store: KubernetesStore;
  readonly #request: ListRequest;
  readonly #stream: AnswerStream;
  readonly #prefix: string;
  /** Everything up to this version was told. */
  #version: number;
  #isOpen = true;
  #isBookmarkDue = false;
  #isLast = false;
  /** Whether the next bookmark says that what was there at the beginning has been told. */
  #endsInitial: boolean;
  #wake: (() => void) | undefined;

  constructor(store: KubernetesStore, request: ListRequest, stream: AnswerStream, version: number) {
    this.#store = store;
    this.#request = request;
    this.#stream = stream;
    this.#version = version;
    const { namespace, options } = request;
    this.#prefix = namespace === '' ? '/' : objectKey(namespace, '');
    this.#endsInitial = options.sendInitialEvents ?? ['', '0'].includes(options.resourceVersion);
    this.#isBookmarkDue = options.sendInitialEvents === true;
  }

  wake(): void {
    this.#wake?.();
  }

  bookmark(): void {
    this.#isBookmarkDue = true;
    this.wake();
  }

  /** The time is over: a last bookmark, then the end. */
  endInTime(): void {
    this.#isLast = true;
    this.bookmark();
  }

  end(): void {
    this.#isOpen = false;
    this.#stream.end();
    this.wake();
  }

  async run(initial: readonly KubernetesObject[]): Promise<void> {
    for (const object of initial) {
      if (!this.#isOpen) return;
      await this.#tell('ADDED', object);
    }
    while (this.#isOpen) {
      const isNew = await this.#tellChanges();
      if (isNew) continue;
      await this.#tellBookmark();
      if (this.#isLast) return this.end();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** @returns whether there was anything to tell */
  async #tellChanges(): Promise<boolean> {
    const shelf = this.#store.shelf(this.#request.definition);
    // Only a slow reader falls so far behind.
    if (shelf.missedSince(this.#version)) {
      this.#stream.write(errorLine(expired(`too old resource version: ${this.#version} (${shelf.oldest})`)));
      this.end();
      return false;
    }
    return this.#tellAll(shelf.changesAfter(this.#version));
  }

  async #tellAll(changes: readonly Change[]): Promise<boolean> {
    for (const change of changes) {
      if (!this.#isOpen) return true;
      this.#version = change.version;
      const type = this.#typeOf(change);
      if (type !== undefined) await this.#tell(type, type === 'DELETED' ? lastSeen(change) : change.object);
    }
    return changes.length > 0;
  }

  /** What a change is for who sees only what a selector lets through. */
  #typeOf({ type, key, object, before }: Change): EventType | undefined {
    if (!key.startsWith(this.#prefix)) return undefined;
    const { matches } = this.#request.options;
    const was = before !== undefined && matches(before);
    const is = type !== 'DELETED' && matches(object);
    if (was && is) return 'MODIFIED';
    if (is) return 'ADDED';
    return was ? 'DELETED' : undefined;
  }

  async #tellBookmark(): Promise<void> {
    if (!this.#isBookmarkDue || !this.#isOpen) return;
    this.#isBookmarkDue = false;
    const { definition, options } = this.#request;
    // At the end only who still waits to hear that everything was told gets one.
    if (!options.bookmarks || (this.#isLast && !this.#endsInitial)) return;
    const annotations = this.#endsInitial && { annotations: { 'k8s.io/initial-events-end': 'true' } };
    this.#endsInitial = false;
    this.#version = this.#store.version;
    const object = {
      kind: definition.kind,
      apiVersion: groupVersionOf(definition),
      metadata: { resourceVersion: String(this.#version), ...annotations },
      ...definition.emptyFields,
    };
    await this.#write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  async #tell(type: EventType, object: KubernetesObject): Promise<void> {
    await this.#write(eventLine(type, asShown(object, this.#request.definition)));
  }

  async #write(line: string): Promise<void> {
    if (!this.#stream.write(line)) await this.#stream.drained();
  }
}

/** What goes out of sight is shown as it was last seen, with the version of the change. */
function lastSeen({ object, before }: Change): KubernetesObject {
  if (before === undefined) return object;
  const { resourceVersion = '' } = object.metadata;
  return { ...before, metadata: { ...before.metadata, resourceVersion } };
}
