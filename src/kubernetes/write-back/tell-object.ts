import type { JsonObject } from '../../core/model.ts';
import { HttpFailure } from '../../net/http-failure.ts';
import type { KubernetesApi } from '../api.ts';
import type { ToldObject } from './collect.ts';
import { statusAfter } from './condition.ts';
import { eventOf, namespaceOfEvents } from './event.ts';
import type { Failures } from './failures.ts';
import { isGood, type ObjectVerdict } from './verdict.ts';

/** How the cluster is told: by Events, or by Events and the status of the objects. */
export type WriteBackMode = 'events' | 'status';

/** How one object is told. */
interface Way {
  readonly api: Pick<KubernetesApi, 'send'>;
  readonly mode: WriteBackMode;
  readonly now: () => Date;
  readonly failures: Failures;
}

const MERGE = 'application/merge-patch+json';

/** Tells one object what became of it, if that is news. Never throws. */
export async function tellObject(
  { api, mode, now, failures }: Way,
  told: ToldObject,
  verdict: ObjectVerdict,
  signal: AbortSignal,
): Promise<void> {
  const status = mode === 'status' ? statusAfter(told.conditions, verdict, now()) : undefined;
  if (status) {
    const patch = { method: 'PATCH', path: `${pathOf(told)}/status`, body: { status }, contentType: MERGE } as const;
    await failures.around('status', told, () => api.send(patch, signal), signal);
  }
  // A good verdict that nothing has changed is no news.
  if (isGood(verdict) && !verdict.isChange) return;
  const { name, body } = eventOf(told.object, verdict, now());
  const event = () => sendEvent(api, { namespace: namespaceOfEvents(told.object), name, body }, signal);
  await failures.around('events', told, event, signal);
}

/** Makes an Event; one that is there already gets the new time. */
async function sendEvent(
  api: Pick<KubernetesApi, 'send'>,
  { namespace, name, body }: { readonly namespace: string; readonly name: string; readonly body: JsonObject },
  signal: AbortSignal,
): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  try {
    await api.send({ method: 'POST', path, body }, signal);
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.status !== 409) throw error;
    const again = { lastTimestamp: body.lastTimestamp };
    await api.send({ method: 'PATCH', path: `${path}/${name}`, body: again, contentType: MERGE }, signal);
  }
}

function pathOf({ kind, object: { namespace, name } }: ToldObject): string {
  const plural = kind.slice(kind.lastIndexOf('/') + 1);
  const folder = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/apis/getport.io/v1${folder}/${plural}/${encodeURIComponent(name)}`;
}
