import type { SandboxRequest } from '../http.ts';
import { jsonMistake } from './json-mistake.ts';
import { type Definition, groupVersionOf, isRecord, type KubernetesObject } from './model.ts';
import { badRequest, Refusal } from './refusals.ts';
import type { RequestInfo } from './request-info.ts';

const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

/** How a patch is meant. The stand-in takes a strategic one for a merge: lists are replaced. Throws 415. */
export function patchFormat({ headers }: SandboxRequest, { isCustom }: Definition): 'merge' | 'apply' {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (type === APPLY) return 'apply';
  if (type === MERGE || (type === STRATEGIC && !isCustom)) return 'merge';
  if (!isCustom) throw new Refusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  const accepted = `application/json-patch+json, ${MERGE}, ${APPLY}`;
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
  throw new Refusal(415, 'UnsupportedMediaType', message);
}

/** The object after a merge patch. Throws 400. */
export function patched(before: KubernetesObject, { body, bodyText }: SandboxRequest): KubernetesObject {
  if (!isRecord(body)) throw badRequest(`error decoding patch: ${jsonMistake(bodyText)}`);
  return asObject(merged(before, body), before);
}

/** The object after a server-side apply. Of its manager's earlier fields none is taken back. */
export function applied(
  before: KubernetesObject | undefined,
  { body, bodyText }: SandboxRequest,
  definition: Definition,
  { name }: RequestInfo,
): KubernetesObject {
  if (!isRecord(body)) throw badRequest(`error decoding YAML: ${jsonMistake(bodyText)}`);
  const { spec } = body;
  const unknown =
    isRecord(spec) && definition.spec
      ? Object.keys(spec).filter((field) => !definition.spec?.known.includes(field))
      : [];
  if (unknown.length > 0) {
    const namespace = isRecord(body.metadata) ? (body.metadata.namespace ?? '') : '';
    const type = `${String(namespace)}/${name}; ${groupVersionOf(definition)}, Kind=${definition.kind}`;
    const message = `failed to create typed patch object (${type}): .spec.${unknown[0]}: field not declared in schema`;
    throw new Refusal(500, undefined, message);
  }
  const empty = { apiVersion: groupVersionOf(definition), kind: definition.kind, metadata: { name } };
  return asObject(merged(before ?? empty, body), before ?? empty);
}

/** As RFC 7386 says: null takes a field away, anything but an object replaces it. */
function merged(target: unknown, patch: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = isRecord(value) ? merged(result[key], value) : value;
  }
  return result;
}

function asObject(value: Record<string, unknown>, { apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  const own = isRecord(value.metadata) ? value.metadata : metadata;
  return {
    ...value,
    apiVersion: typeof value.apiVersion === 'string' ? value.apiVersion : apiVersion,
    kind: typeof value.kind === 'string' ? value.kind : kind,
    metadata: withoutEmpty({ ...own, name: metadata.name }),
  };
}

/** The last label or annotation that goes takes the list along. */
function withoutEmpty(metadata: KubernetesObject['metadata']): KubernetesObject['metadata'] {
  const { labels = {}, annotations = {}, ...rest } = metadata;
  return {
    ...rest,
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}
