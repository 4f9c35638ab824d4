import type { Completeness, Kind } from '../core/model.ts';
import { readInTurn } from '../core/read-in-turn.ts';
import type { Place, Walk } from '../core/source.ts';
import { HttpFailure } from '../net/http-failure.ts';
import { createPageSize } from '../net/page-size.ts';
import type { KubernetesApi } from './api.ts';
import type { Discovery } from './discovery.ts';
import { readPages } from './list.ts';
import { type ListQuestion, ObjectRecord } from './object-record.ts';
import { incomplete, incompleteAfter } from './refusals.ts';
import type { Resource } from './resource.ts';
import { type Chosen, forbiddenAdvice, itemOf, named, type ResourceReader } from './resource-kind.ts';
import { readStream } from './stream-list.ts';

/** What all kinds of one cluster share. */
export interface ClusterReading {
  readonly api: KubernetesApi;
  readonly discovery: Discovery;
  readonly pageSize: number;
  readonly maxPages: number;
  /** What was learned of the server. `streams`: whether it has streaming lists; undefined: that is not known yet. */
  readonly learned: { hasAnswered: boolean; streams: boolean | undefined };
}

type Way = 'pages' | 'stream';

/** Where a second read has no streaming list, it asks for pages of this share of the usual size, which end elsewhere. */
const OTHER_PAGES = 0.7;

/** Reads the objects of a kind of a cluster. A read that fails is incomplete; only an abort throws. */
export function createResourceReader(cluster: ClusterReading, name: Kind): ResourceReader {
  return {
    read: (chosen, signal) => readAll(cluster, name, chosen, { way: 'pages', isAgain: false }, signal),
    readAgain: (chosen, signal) => readAll(cluster, name, chosen, { way: 'stream', isAgain: true }, signal),
    readOne: (place, signal) => readOne(cluster, name, place, signal),
  };
}

interface How {
  readonly way: Way;
  /** Whether this is to confirm another read. */
  readonly isAgain: boolean;
}

async function* readAll(cluster: ClusterReading, name: Kind, chosen: Chosen, how: How, signal: AbortSignal): Walk {
  const resource = await find(cluster, name, signal);
  if ('complete' in resource) return resource;
  const { namespaces, labelSelector, fieldSelector } = chosen;
  if (namespaces.length > 0 && !resource.namespaced)
    return incomplete('kind_unknown', `${resource.resource} lie in no namespace: take selector.namespaces away`);
  const question = (namespace: string | undefined): ListQuestion => ({
    ...{ resource, namespace, labelSelector, fieldSelector },
    what: namespace === undefined ? resource.resource : `${resource.resource} in namespace ${namespace}`,
  });
  if (namespaces.length === 0) return yield* readList(cluster, question(undefined), how, signal);
  return yield* readInTurn(
    [...new Set(namespaces)].map((namespace) => readNamespace(cluster, question(namespace), how, signal)),
  );
}

async function find(cluster: ClusterReading, name: Kind, signal: AbortSignal): Promise<Resource | Completeness> {
  try {
    const found = await cluster.discovery.find(name, signal);
    cluster.learned.hasAnswered = true;
    return 'resource' in found ? found.resource : incomplete('kind_unknown', found.problem);
  } catch (error) {
    return incompleteAfter(error, undefined, signal);
  }
}

/** Kubernetes gives an empty list for a namespace that does not exist, so that a mistyped one would look empty. */
async function* readNamespace(cluster: ClusterReading, question: ListQuestion, how: How, signal: AbortSignal): Walk {
  let count = 0;
  const pages = readList(cluster, question, how, signal);
  for (let step = await pages.next(); ; step = await pages.next()) {
    if (!step.done) {
      count += step.value.items.length + step.value.malformed;
      yield step.value;
      continue;
    }
    // A second read is about a namespace in which something was: it may be gone with all that was in it.
    if (!step.value.complete || count > 0 || how.isAgain) return step.value;
    return checkNamespace(cluster, question, signal);
  }
}

async function checkNamespace(
  { api }: ClusterReading,
  { namespace = '', what }: ListQuestion,
  signal: AbortSignal,
): Promise<Completeness> {
  try {
    await api.get(`/api/v1/namespaces/${encodeURIComponent(namespace)}`, {}, signal);
    return { complete: true };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const empty = `there are no ${what}`;
    if (error.status === 404)
      return incomplete('empty_list', `${empty}, for there is no such namespace: check selector.namespaces`);
    const advice =
      error.status === 403
        ? forbiddenAdvice('get', { group: '', version: 'v1', resource: 'namespaces' })
        : error.message;
    return incomplete('empty_list', `${empty}, and it cannot be told whether there is such a namespace. ${advice}`);
  }
}

/** Reads one list. When the server has forgotten its version meanwhile, it is read once more from the beginning. */
async function* readList(cluster: ClusterReading, question: ListQuestion, how: How, signal: AbortSignal): Walk {
  const { api, learned, maxPages } = cluster;
  const record = new ObjectRecord(question);
  const pageSize = how.isAgain ? Math.ceil(cluster.pageSize * OTHER_PAGES) : cluster.pageSize;
  const size = createPageSize({ first: pageSize, most: pageSize });
  let isStream = how.way === 'stream' && question.resource.verbs.includes('watch') && learned.streams !== false;
  let expired = 0;
  try {
    for (;;) {
      record.begin();
      const ending = yield* isStream
        ? readStream({ api, pageSize, signal }, question, record)
        : readPages({ api, size, maxPages, signal, hostAnswered: () => learned.hasAnswered }, question, record);
      if (ending.type === 'ended') {
        if (isStream) learned.streams = true;
        return ending.completeness;
      }
      if (ending.type === 'expired') {
        expired += 1;
        if (expired > 1) return expiredTwice(question);
      } else {
        isStream = false;
        // A server that had them breaks off a stream that is read too slowly.
        if (ending.of === 'server') learned.streams ??= false;
      }
    }
  } catch (error) {
    return incompleteAfter(error, question, signal);
  }
}

function expiredTwice({ what }: ListQuestion): Completeness {
  const detail = `the API server has forgotten the version of ${what} that was being read (410), for the second time: the objects change faster than they are read, or etcd is compacted too often`;
  return incomplete('changed_while_reading', detail);
}

async function* readOne(cluster: ClusterReading, name: Kind, place: Place, signal: AbortSignal): Walk {
  const resource = await find(cluster, name, signal);
  if ('complete' in resource) return resource;
  const { namespace = '', name: object = '' } = place;
  const all: Chosen = { namespaces: [], labelSelector: null, fieldSelector: null };
  if (resource.namespaced && namespace === '')
    return yield* readAll(cluster, name, named(all, object), { way: 'pages', isAgain: true }, signal);
  try {
    const { body, bytes } = await cluster.api.get(
      `${resource.path(namespace)}/${encodeURIComponent(object)}`,
      {},
      signal,
    );
    const item = itemOf(resource, body);
    yield { items: item === undefined ? [] : [item], malformed: item === undefined ? 1 : 0, bytes };
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 404) return { complete: true };
    const what = `${resource.resource} in namespace ${namespace}`;
    return incompleteAfter(error, { resource, namespace, labelSelector: null, fieldSelector: null, what }, signal);
  }
  return { complete: true };
}
