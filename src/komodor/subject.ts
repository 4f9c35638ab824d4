import type { Subject } from '../core/source.ts';

/** The system whose kinds these are. */
export const SYSTEM = 'komodor';

/** The address of a Kubernetes object, as Komodor's events give it. A node has no namespace; older events have no kind. */
export interface Address {
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  /** When the issue began that the event is about, in seconds since 1970; empty where that is not told of one that has closed. */
  readonly began?: string | undefined;
}

/** The subject of a live event of Komodor. */
export function subjectAt({ cluster, namespace, kind, name, began }: Address): Subject {
  return { system: SYSTEM, place: { cluster, namespace, kind, name, ...(began !== undefined && { began }) } };
}

/** The address of a subject; undefined for a subject of another system. */
export function addressOf({ system, place }: Subject): Address | undefined {
  if (system !== SYSTEM) return undefined;
  const { cluster = '', namespace = '', kind = '', name = '', began } = place;
  return { cluster, namespace, kind, name, began };
}
