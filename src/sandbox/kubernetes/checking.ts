import type { SandboxRequest } from '../http.ts';
import { createRandom } from '../random.ts';
import { jsonMistake } from './json-mistake.ts';
import { type Definition, groupVersionOf, isRecord, type KubernetesObject, valueAt } from './model.ts';
import { badRequest, type Invalid, invalid, Refusal } from './refusals.ts';
import type { RequestInfo } from './request-info.ts';

const random = createRandom('names');
const JSON_TYPES = ['application/json', 'application/yaml', ''];
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** Throws 415 for a body that is no JSON by its type. */
export function mustBeJson({ headers }: SandboxRequest): void {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (JSON_TYPES.includes(type)) return;
  const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
  throw new Refusal(415, 'UnsupportedMediaType', message);
}

/** The object in the body of a request, as it came. Throws the server's refusal. */
export function readObject(request: SandboxRequest, definition: Definition): KubernetesObject {
  mustBeJson(request);
  const { body, bodyText } = request;
  if (!isRecord(body)) {
    const hex = Buffer.from(bodyText).toString('hex') || '<empty>';
    const why = `couldn't get version/kind; json parse error: ${jsonMistake(bodyText)} (${hex})`;
    throw badRequest(`the object provided is unrecognized (must be of type ${definition.kind}): ${why}`);
  }
  return { apiVersion: groupVersionOf(definition), kind: definition.kind, ...body, metadata: metadataOf(body) };
}

/** Checks an object and puts it right as the server does before it stores it. Throws the server's refusal. */
export function checkObject(
  object: KubernetesObject,
  definition: Definition,
  info: RequestInfo,
  query: URLSearchParams,
): KubernetesObject {
  const { apiVersion, kind } = object;
  const groupVersion = groupVersionOf(definition);
  if (apiVersion !== groupVersion || kind !== definition.kind) {
    throw badRequest(`${kind} in version "${definition.version}" cannot be handled as a ${definition.kind}`);
  }
  const { namespace, name, generateName } = object.metadata;
  if (namespace !== undefined && namespace !== info.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (info.isOne && name !== info.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${info.name})`);
  }
  const given = name === '' && typeof generateName === 'string' ? `${generateName}${suffix()}` : name;
  const problems = [
    ...nameProblems(given),
    ...specProblems(object, definition),
    ...conditionProblems(object, definition),
    ...eventProblems(object, info),
  ];
  // Events of both groups are checked in the same place, which knows the older one.
  const group = definition.storedIn ?? definition.group;
  if (problems.length > 0) throw invalid(group, definition.kind, given, problems);
  const metadata = { ...object.metadata, name: given, ...(definition.namespaced && { namespace: info.namespace }) };
  return { ...pruned(object, definition, query), metadata };
}

function metadataOf(body: Record<string, unknown>): KubernetesObject['metadata'] {
  const metadata = isRecord(body.metadata) ? body.metadata : {};
  return { ...metadata, name: typeof metadata.name === 'string' ? metadata.name : '' };
}

function nameProblems(name: string): Invalid[] {
  const field = 'metadata.name';
  if (name === '') {
    return [{ field, reason: 'FieldValueRequired', message: 'Required value: name or generateName is required' }];
  }
  if (NAME.test(name)) return [];
  return [{ field, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(name)}: ${NAME_RULE}` }];
}

function specProblems(object: KubernetesObject, { spec }: Definition): Invalid[] {
  const given = object.spec;
  if (spec === undefined || !isRecord(given)) return [];
  return spec.required.filter((field) => given[field] === undefined).map((field) => requiredField(`spec.${field}`));
}

function conditionProblems(object: KubernetesObject, { spec }: Definition): Invalid[] {
  const conditions = valueAt(object, ['status', 'conditions']);
  if (spec === undefined || !Array.isArray(conditions)) return [];
  return conditions.flatMap((condition, at) =>
    spec.conditions
      .filter((field) => !isRecord(condition) || condition[field] === undefined)
      .map((field) => requiredField(`status.conditions[${at}].${field}`)),
  );
}

function requiredField(field: string): Invalid {
  return { field, reason: 'FieldValueRequired', message: 'Required value' };
}

/** An event lies in the namespace of what it tells of. */
function eventProblems(object: KubernetesObject, { namespace }: RequestInfo): Invalid[] {
  if (object.kind !== 'Event') return [];
  if (object.apiVersion !== 'v1') return newEventProblems(object);
  const subject = String(valueAt(object, ['involvedObject', 'namespace']) ?? '');
  if (subject === namespace || (subject === '' && namespace === 'default')) return [];
  const message = `Invalid value: ${JSON.stringify(subject)}: does not match event.namespace`;
  return [{ field: 'involvedObject.namespace', reason: 'FieldValueInvalid', message }];
}

function newEventProblems(object: KubernetesObject): Invalid[] {
  // Without a time it is taken for one of the old kind, of which less is wanted.
  const isTimed = (object.eventTime ?? '') !== '';
  const required = isTimed ? ['reportingController', 'reportingInstance', 'action', 'reason'] : ['eventTime'];
  const missing = required.filter((field) => (object[field] ?? '') === '').map(requiredField);
  if (object.type === 'Normal' || object.type === 'Warning') return missing;
  const message = `Invalid value: "": has invalid value: ${String(object.type ?? '')}`;
  return [...missing, { field: 'type', reason: 'FieldValueInvalid', message }];
}

/** Fields that the definition does not know are dropped, or refused when the request is strict. */
function pruned(
  object: KubernetesObject,
  { spec, kind, version }: Definition,
  query: URLSearchParams,
): KubernetesObject {
  const given = object.spec;
  if (spec === undefined || !isRecord(given)) return object;
  const unknown = Object.keys(given).filter((field) => !spec.known.includes(field));
  if (unknown.length === 0) return object;
  if (query.get('fieldValidation') === 'Strict') {
    const fields = unknown.toSorted().map((field) => `unknown field "spec.${field}"`);
    const why = `strict decoding error: ${fields.join(', ')}`;
    throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
  }
  return { ...object, spec: Object.fromEntries(Object.entries(given).filter(([field]) => spec.known.includes(field))) };
}

function suffix(): string {
  return Array.from({ length: 5 }, () => random.pick([...'bcdfghjklmnpqrstvwxz2456789'])).join('');
}
