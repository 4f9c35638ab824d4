import type { WorldService } from '../../src/sandbox/world/model.ts';
import type { Caller } from './caller.ts';
import { WEBHOOK_SECRET } from './stage.ts';

type Place = Pick<WorldService, 'cluster' | 'namespace' | 'service' | 'kind'>;

/** What an event is about. */
export interface Thing {
  readonly cluster: string;
  /** Empty for a node. */
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

/** The newer shape of Komodor's webhook, about a service. */
export function eventOf({ service, ...place }: Place) {
  return eventAbout({ ...place, name: service });
}

/** The older shape, about a service. */
export function olderEventOf({ service, ...place }: Place) {
  return olderEventAbout({ ...place, name: service });
}

/** The newer shape of Komodor's webhook. */
export function eventAbout({ cluster, namespace, kind, name }: Thing) {
  return {
    status: 'open',
    cluster,
    namespace,
    serviceName: `account.${cluster}-${namespace}.${name}`,
    resourceName: name,
    resourceKind: kind,
    monitorType: 'availability',
    conditions: ['ContainersNotReady'],
    details: { labels: {}, annotations: {} },
    issueDetails: null,
    issueURL: 'https://app.komodor.com/main/deep-dive/x?eventId=1486f269-e28e-4498-8389-9ca33c1f647a',
    startTime: '2026-01-01T00:00:00Z',
    closeTime: '0001-01-01T00:00:00Z',
  };
}

/** The older shape: padded values, no kind of the thing. */
export function olderEventAbout({ cluster, namespace, name }: Omit<Thing, 'kind'>) {
  return {
    cluster: ` ${cluster}`,
    namespace,
    serviceName: `account.${cluster}-${namespace}.${name}`,
    resourceName: name,
    status: 'open',
    startTime: '0001-01-01 00:00:00 +0000 UTC',
    closeTime: '<no value>',
    monitorType: 'availability',
    issueURL: 'https://app.komodor.com/main/deep-dive/x?eventId=1486f269-e28e-4498-8389-9ca33c1f647a',
    issueDetails: '[Terminating ContainersNotReady]',
  };
}

/** Posts it as Komodor does. Throws unless it was accepted. */
export async function postEvent(service: Caller, body: unknown): Promise<void> {
  const { status, text } = await service.call('POST', '/webhooks/komodor', body, {
    authorization: `Bearer ${WEBHOOK_SECRET}`,
  });
  if (status !== 202 || !text.includes('accepted')) throw new Error(`Answered ${status}: ${text}`);
}
