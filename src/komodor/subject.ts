import type { Subject } from '../core/source.ts';

/** The system whose kinds these are. */
export const SYSTEM = 'komodor';

/** A Kubernetes thing as Komodor's events name it. A node has no namespace; older events leave the kind out. */
export interface Address {
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

/** What a live event of Komodor is about. */
export function subjectAt({ cluster, namespace, kind, name }: Address): Subject {
  return { system: SYSTEM, place: { cluster, namespace, kind, name } };
}

/** The address of a subject; undefined for a subject of another system. */
export function addressOf({ system, place }: Subject): Address | undefined {
  if (system !== SYSTEM) return undefined;
  const { cluster = '', namespace = '', kind = '', name = '' } = place;
  return { cluster, namespace, kind, name };
}
