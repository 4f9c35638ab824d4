import { HttpFailure } from '../net/http-failure.ts';
import type { KubernetesApi } from './api.ts';
import { isObject } from './object.ts';
import { type Attempt, ended, type ListQuestion, type ObjectRecord } from './object-record.ts';
import { isExpired } from './refusals.ts';

export interface StreamReading {
  readonly api: Pick<KubernetesApi, 'lines'>;
  /** How many objects are given on at once. */
  readonly pageSize: number;
  readonly signal: AbortSignal;
}

/** The annotation of the bookmark behind the last object. */
const END = 'k8s.io/initial-events-end';
/** A server that has streaming lists begins at once. */
const IDLE_MS = 30_000;
/** A page is given on when it has this size, because its data is in memory several times. */
const PAGE_BYTES = 1024 * 1024;
/**
 * Reads a list as a stream (`sendInitialEvents`). Complete when the server says that the last object was sent; the stream
 * is closed then. A stream that ends without that is no streaming list, and the pages have to be read.
 * Throws HttpFailure when the server cannot be reached.
 */
export async function* readStream(reading: StreamReading, question: ListQuestion, record: ObjectRecord): Attempt {
  const { resource, namespace, labelSelector, fieldSelector } = question;
  const query = {
    watch: true,
    sendInitialEvents: true,
    resourceVersionMatch: 'NotOlderThan',
    allowWatchBookmarks: true,
    ...(labelSelector !== null && { labelSelector }),
    ...(fieldSelector !== null && { fieldSelector }),
  };
  const lines = reading.api.lines(resource.path(namespace), query, { idleMs: IDLE_MS }, reading.signal);
  let waiting: unknown[] = [];
  let bytes = 0;
  function flush() {
    const taken = record.take(waiting, bytes);
    waiting = [];
    bytes = 0;
    return taken;
  }
  try {
    for await (const line of lines) {
      const event = eventIn(line.value);
      if (event.type === 'expired') return { type: 'expired' };
      if (event.type === 'other') return { type: 'no_stream', of: 'server' };
      if (event.type === 'nothing') continue;
      if (event.type === 'object') {
        waiting.push(event.object);
        bytes += line.bytes;
        if (waiting.length < reading.pageSize && bytes < PAGE_BYTES) continue;
      }
      const { page, foreign } = flush();
      yield page;
      const detail = `the stream of ${question.what} holds ${foreign?.label}, which nobody asked for`;
      if (foreign) return ended({ complete: false, reason: 'not_advancing', detail });
      if (event.type === 'end') return ended({ complete: true });
    }
    return { type: 'no_stream', of: 'server' };
  } catch (error) {
    if (isExpired(error)) return { type: 'expired' };
    if (!(error instanceof HttpFailure) || error.isUnreachable) throw error;
    // Whatever it is that keeps the stream from its end, the pages tell what is to be said of it.
    return { type: 'no_stream', of: error.status === 403 ? 'kind' : 'server' };
  }
}

type ListEvent =
  | { readonly type: 'object'; readonly object: unknown }
  | { readonly type: 'nothing' | 'end' | 'expired' | 'other' };

function eventIn(value: unknown): ListEvent {
  if (!isObject(value)) return { type: 'object', object: value };
  const { type, object } = value;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { type: 'object', object };
    case 'DELETED':
      return { type: 'nothing' };
    case 'BOOKMARK':
      // A server that does not know streaming lists sends bookmarks, too.
      return { type: endsHere(object) ? 'end' : 'other' };
    case 'ERROR':
      return { type: isExpired(value) ? 'expired' : 'other' };
    default:
      return { type: 'object', object: value };
  }
}

function endsHere(object: unknown): boolean {
  if (!isObject(object) || !isObject(object.metadata)) return false;
  const { annotations } = object.metadata;
  return isObject(annotations) && annotations[END] === 'true';
}
