import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { checkObject, readObject } from './checking.ts';
import { asShown } from './events.ts';
import { type Definition, isRecord, type KubernetesObject } from './model.ts';
import { applied, patched, patchFormat } from './patching.ts';
import { type Invalid, invalid, methodNotAllowed, noSuchObject, Refusal } from './refusals.ts';
import type { RequestInfo } from './request-info.ts';
import { type KubernetesStore, timestamp } from './store.ts';

/** Creates, replaces, patches or deletes. Throws the server's refusal. */
export function write(
  store: KubernetesStore,
  definition: Definition,
  info: RequestInfo,
  request: SandboxRequest,
): SandboxResponse {
  switch (info.verb) {
    case 'create':
      return create(store, definition, info, request);
    case 'update':
    case 'patch':
      return change(store, definition, info, request);
    case 'delete':
      return remove(store, definition, info);
    default:
      throw methodNotAllowed();
  }
}

function create(
  store: KubernetesStore,
  definition: Definition,
  info: RequestInfo,
  request: SandboxRequest,
): SandboxResponse {
  if (info.isOne || (definition.namespaced && info.namespace === '')) throw methodNotAllowed();
  const isDry = readDryRun(request, 'CreateOptions');
  const object = checkObject(readObject(request, definition), definition, info, request.query);
  if (definition.namespaced) mustHaveNamespace(store, info.namespace);
  const { name } = object.metadata;
  if (store.get(definition, info.namespace, name) !== undefined) {
    const { group, resource } = definition;
    const what = group === '' ? resource : `${resource}.${group}`;
    const details = { name, ...(group !== '' && { group }), kind: resource };
    throw new Refusal(409, 'AlreadyExists', `${what} "${name}" already exists`, details);
  }
  return answer(
    201,
    asShown(isDry ? store.identified(object) : store.put(withGeneration(object, 1, definition)), definition),
  );
}

function change(
  store: KubernetesStore,
  definition: Definition,
  info: RequestInfo,
  request: SandboxRequest,
): SandboxResponse {
  if (!info.isOne) throw methodNotAllowed();
  const { namespace, name, subresource } = info;
  const format = info.verb === 'patch' ? patchFormat(request, definition) : 'update';
  if (format === 'apply' && (request.query.get('fieldManager') ?? '') === '') {
    const message = 'Required value: is required for apply patch';
    throw invalid('meta.k8s.io', 'PatchOptions', '', [
      { field: 'fieldManager', reason: 'FieldValueRequired', message },
    ]);
  }
  const isDry = readDryRun(request, info.verb === 'patch' ? 'PatchOptions' : 'UpdateOptions');
  const stored = store.get(definition, namespace, name);
  const before = stored && asShown(stored, definition);
  if (before === undefined && format === 'apply' && subresource === '') {
    mustHaveNamespace(store, namespace);
    const object = checkObject(applied(undefined, request, definition, info), definition, info, request.query);
    return answer(201, isDry ? object : store.put(withGeneration(object, 1, definition)));
  }
  if (before === undefined) throw noSuchObject(definition.group, definition.resource, name);
  const wanted =
    format === 'update'
      ? readObject(request, definition)
      : format === 'apply'
        ? applied(before, request, definition, info)
        : patched(before, request);
  mustBeNewest(before, wanted, definition, format);
  const merged = onlyItsPart(before, wanted, subresource, definition);
  const object = checkObject(merged, definition, info, request.query);
  if (JSON.stringify(object) === JSON.stringify(before)) return answer(200, asShown(before, definition));
  const isMeant = JSON.stringify(object.spec) !== JSON.stringify(before.spec);
  const next = withGeneration(object, (before.metadata.generation ?? 0) + (isMeant ? 1 : 0), definition);
  if (isDry) return answer(200, asShown(next, definition));
  // What was to go, and has nobody left who holds it, goes.
  const isGone = next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
  if (isGone) store.remove(definition, namespace, name);
  return answer(200, asShown(isGone ? next : store.put(next), definition));
}

function remove(store: KubernetesStore, definition: Definition, info: RequestInfo): SandboxResponse {
  const { namespace, name } = info;
  const before = store.get(definition, namespace, name);
  if (before === undefined) throw noSuchObject(definition.group, definition.resource, name);
  if ((before.metadata.finalizers ?? []).length > 0) {
    const deletionTimestamp = before.metadata.deletionTimestamp ?? timestamp(new Date());
    const generation = (before.metadata.generation ?? 0) + 1;
    const metadata = { ...before.metadata, generation, deletionTimestamp, deletionGracePeriodSeconds: 0 };
    return answer(200, store.put({ ...before, metadata }));
  }
  const gone = store.remove(definition, namespace, name);
  const details = {
    name,
    ...(definition.group !== '' && { group: definition.group }),
    kind: definition.resource,
    uid: gone?.metadata.uid,
  };
  if (definition.kind === 'Pod') return answer(200, gone);
  return answer(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

/** Through `/status` only the status changes; where there is such a path, nothing else changes the status. */
function onlyItsPart(
  before: KubernetesObject,
  wanted: KubernetesObject,
  subresource: string,
  { subresources = [] }: Definition,
): KubernetesObject {
  const { resourceVersion = '', uid = '', creationTimestamp = '' } = before.metadata;
  const metadata = { ...wanted.metadata, resourceVersion, uid, creationTimestamp };
  if (subresource === 'status') return { ...before, status: wanted.status };
  const { status: _status, ...rest } = wanted;
  if (!subresources.includes('status')) return { ...wanted, metadata };
  return { ...rest, ...(before.status !== undefined && { status: before.status }), metadata, kind: wanted.kind };
}

function mustBeNewest(
  before: KubernetesObject,
  wanted: KubernetesObject,
  { group, resource, isCustom }: Definition,
  format: string,
): void {
  const version = wanted.metadata.resourceVersion;
  if (isCustom && format === 'update' && version === undefined) {
    const message = 'Invalid value: 0: must be specified for an update';
    const problem: Invalid = { field: 'metadata.resourceVersion', reason: 'FieldValueInvalid', message };
    throw invalid(group, resource, before.metadata.name, [problem]);
  }
  if (version === undefined || version === before.metadata.resourceVersion) return;
  const { name } = before.metadata;
  const what = group === '' ? resource : `${resource}.${group}`;
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  const details = { name, ...(group !== '' && { group }), kind: resource };
  throw new Refusal(409, 'Conflict', `Operation cannot be fulfilled on ${what} "${name}": ${why}`, details);
}

function mustHaveNamespace(store: KubernetesStore, namespace: string): void {
  const namespaces = store.find('', 'v1', 'namespaces');
  if (namespace === '' || namespaces === undefined) return;
  if (store.get(namespaces, '', namespace) === undefined) throw noSuchObject('', 'namespaces', namespace);
}

function readDryRun({ query }: SandboxRequest, kind: string): boolean {
  const values = query.getAll('dryRun');
  if (values.some((value) => value !== 'All')) {
    const message = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`;
    throw invalid('meta.k8s.io', kind, '', [{ field: 'dryRun', reason: 'FieldValueNotSupported', message }]);
  }
  return values.length > 0;
}

/** The count of changes to what is wanted; objects without a spec have none. */
function withGeneration(object: KubernetesObject, generation: number, { isCustom }: Definition): KubernetesObject {
  if (!isCustom && !isRecord(object.spec)) return object;
  return { ...object, metadata: { ...object.metadata, generation } };
}

function answer(status: number, body: unknown): SandboxResponse {
  return { status, body, headers: { 'content-type': 'application/json' } };
}
