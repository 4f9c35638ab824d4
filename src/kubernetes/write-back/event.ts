import { createHash } from 'node:crypto';
import type { JsonObject } from '../../core/model.ts';
import { seconds } from './condition.ts';
import { isGood, type ObjectVerdict } from './verdict.ts';

/** The API server takes no longer message in an Event. */
const MAX_MESSAGE = 1024;
/** Events of objects without a namespace are in this one, as kubectl looks for them there. */
const NAMESPACE_OF_CLUSTER_OBJECTS = 'default';
const COMPONENT = 'komodor-port';

/** An object of the cluster. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for an object without one. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The namespace of the Events about an object. */
export function namespaceOfEvents({ namespace }: ObjectReference): string {
  return namespace || NAMESPACE_OF_CLUSTER_OBJECTS;
}

/** The Event about a verdict. The same verdict about the same object has the same name, so that it is one Event. */
export function eventOf(
  object: ObjectReference,
  verdict: ObjectVerdict,
  now: Date,
): { readonly name: string; readonly body: JsonObject } {
  const { apiVersion, kind, namespace, name, uid } = object;
  const message = shortened(verdict.message);
  const hash = createHash('sha256')
    .update(JSON.stringify([uid, verdict.reason, message]))
    .digest('hex')
    .slice(0, 16);
  const eventName = `${name.slice(0, 200).replace(/[^a-z0-9]+$/, '')}.${hash}`;
  return {
    name: eventName,
    body: {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName, namespace: namespaceOfEvents(object) },
      involvedObject: { apiVersion, kind, name, uid, ...(namespace === '' ? {} : { namespace }) },
      type: isGood(verdict) ? 'Normal' : 'Warning',
      reason: verdict.reason,
      message,
      source: { component: COMPONENT },
      reportingComponent: COMPONENT,
      reportingInstance: COMPONENT,
      firstTimestamp: seconds(now),
      lastTimestamp: seconds(now),
      count: 1,
    },
  };
}

function shortened(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`;
}
