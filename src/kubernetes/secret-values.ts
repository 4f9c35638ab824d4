import { withMember } from '../core/exact-json.ts';
import type { JsonObject } from '../core/model.ts';
import { isObject } from './object.ts';

/** kubectl keeps a whole manifest there, with the values. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const VALUE_FIELDS = ['data', 'stringData'];

/** A Secret with its keys, but without any of its values. */
export function withoutSecretValues(secret: JsonObject): JsonObject {
  let blanked = withBlankData(secret);
  const { metadata } = secret;
  if (isObject(metadata) && isObject(metadata.annotations) && LAST_APPLIED in metadata.annotations) {
    const manifest = blankManifest(metadata.annotations[LAST_APPLIED]);
    const annotations = withMember(metadata.annotations, LAST_APPLIED, manifest);
    blanked = withMember(blanked, 'metadata', withMember(metadata, 'annotations', annotations));
  }
  return blanked;
}

function withBlankData(object: JsonObject): JsonObject {
  return VALUE_FIELDS.reduce(
    (kept, field) => (field in kept ? withMember(kept, field, blank(kept[field])) : kept),
    object,
  );
}

/** The values are empty texts, so that `@base64d` of one gives a text, too. */
function blank(values: unknown): unknown {
  return isObject(values) ? Object.fromEntries(Object.keys(values).map((key) => [key, ''])) : '';
}

function blankManifest(text: unknown): string {
  if (typeof text !== 'string') return '';
  try {
    const manifest: unknown = JSON.parse(text);
    return isObject(manifest) ? JSON.stringify(withBlankData(manifest)) : '';
  } catch {
    return '';
  }
}
