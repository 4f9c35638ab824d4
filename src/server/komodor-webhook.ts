import { z } from 'zod';
import type { Place, Subject } from '../core/source.ts';

/** What a body that Komodor posted means for us. */
export type KomodorEvent =
  | { readonly type: 'subject'; readonly key: string; readonly subject: Subject }
  | { readonly type: 'ignored'; readonly reason: string };

/** Where a Kubernetes thing is and what it is called; a part that is not known is empty. */
type Address = Place & { readonly [part in 'cluster' | 'namespace' | 'kind' | 'name']: string };
type Payload = z.infer<typeof payloadSchema>;

const text = z.string().optional().catch(undefined);

const payloadSchema = z.object({
  type: text,
  cluster: text,
  namespace: text,
  serviceName: text,
  resourceName: text,
  resourceKind: text,
  monitorType: text,
  status: text,
  startTime: text,
});

/** Kubernetes names end at 253 characters; longer ones are nobody's workload. */
const MAX_PART_LENGTH = 253;

/** Monitors that watch something else than a workload name its kind only in their type. */
const KIND_OF_MONITOR: { readonly [monitorType: string]: string } = {
  node: 'Node',
  job: 'Job',
  cronjob: 'CronJob',
  pvc: 'PersistentVolumeClaim',
  workflow: 'Workflow',
};

/**
 * Reads in a Komodor webhook which Kubernetes thing it is about: both known shapes (the older one has no `resourceKind`), with
 * their padding, `<no value>` and missing parts. The state that the body tells about is not written: it may be old. It only
 * says how far back to look for the issue.
 */
export function readKomodorEvent(body: unknown): KomodorEvent {
  const payload = payloadSchema.safeParse(body);
  if (!payload.success) return { type: 'ignored', reason: 'the body is no object' };
  if (textOf(payload.data.type) === 'Test!') return { type: 'ignored', reason: 'a test' };

  const address = addressOf(payload.data);
  const missing = [
    ...(address.cluster === '' ? ['cluster'] : []),
    ...(address.namespace === '' && address.kind !== 'Node' ? ['namespace'] : []),
    ...(address.name === '' ? ['resourceName'] : []),
  ];
  if (missing.length > 0) return { type: 'ignored', reason: `it names no workload: ${missing.join(', ')} missing` };
  if (Object.values(address).some((part) => part.length > MAX_PART_LENGTH)) {
    return { type: 'ignored', reason: 'a name in it is too long' };
  }
  const began = beginningOf(payload.data);
  const place = { ...address, ...(began !== undefined && { began }) };
  return { type: 'subject', key: keyOf(address), subject: { system: 'komodor', place } };
}

function addressOf(payload: Payload): Address {
  const known = {
    cluster: textOf(payload.cluster),
    namespace: textOf(payload.namespace),
    name: textOf(payload.resourceName),
  };
  const kind = kindOf(payload);
  const address = { ...fillFromServiceName(known, textOf(payload.serviceName)), kind };
  return kind === 'Node' ? { ...address, namespace: '' } : address;
}

/** As far as an event tells it; some call a kind as the monitor is called. */
function kindOf({ resourceKind, monitorType }: Payload): string {
  const told = textOf(resourceKind);
  return KIND_OF_MONITOR[(told || textOf(monitorType)).toLowerCase()] ?? told;
}

/** In seconds since 1970; empty where it is not told of an issue that may have begun long ago, undefined of one that just did. */
function beginningOf({ startTime, status }: Payload): string | undefined {
  // Go prints `+0000 UTC`, and the year 1 where it knows no time.
  const moment = Date.parse(
    textOf(startTime)
      .replace(/ \+0000 UTC$/, 'Z')
      .replace(' ', 'T'),
  );
  if (moment > 0) return String(Math.floor(moment / 1000));
  return textOf(status).toLowerCase() === 'open' ? undefined : '';
}

/** Go templates pad values and print a missing one as `<no value>`. */
function textOf(value: string | undefined): string {
  const trimmed = value?.trim() ?? '';
  return trimmed === '<no value>' ? '' : trimmed;
}

type Known = Pick<Address, 'cluster' | 'namespace' | 'name'>;

/**
 * `<account>.<cluster>-<namespace>.<service>` fills in one missing part. Every part may hold dashes, so two missing ones
 * cannot be told apart.
 */
function fillFromServiceName(place: Known, serviceName: string): Known {
  const afterAccount = serviceName.slice(serviceName.indexOf('.') + 1);
  if (afterAccount === '' || afterAccount === serviceName) return place;
  const { cluster, namespace, name } = place;
  if (name === '' && cluster !== '' && namespace !== '') {
    return { ...place, name: without(afterAccount, `${cluster}-${namespace}.`, '') };
  }
  if (cluster === '' && namespace !== '' && name !== '') {
    return { ...place, cluster: without(afterAccount, '', `-${namespace}.${name}`) };
  }
  if (namespace === '' && cluster !== '' && name !== '') {
    return { ...place, namespace: without(afterAccount, `${cluster}-`, `.${name}`) };
  }
  return place;
}

/** What is left between a beginning and an end; nothing when they do not fit. */
function without(text: string, start: string, end: string): string {
  const fits = text.startsWith(start) && text.endsWith(end) && text.length >= start.length + end.length;
  return fits ? text.slice(start.length, text.length - end.length) : '';
}

/** Only the kind comes in several spellings; cluster names that differ in case are two clusters. */
function keyOf({ cluster, namespace, kind, name }: Address): string {
  return [cluster, namespace, kind.toLowerCase(), name].map(encodeURIComponent).join('|');
}
