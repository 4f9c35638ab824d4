import type { JsonObject, RawItem } from '../core/model.ts';
import type { Twins } from '../core/source.ts';
import { isObject } from './object.ts';

const OTHER_NAME = 'some-other-object';
const OTHER_NAMESPACE = 'some-other-namespace';
const OTHER_UID = '00000000-0000-4000-8000-000000000000';

/**
 * An object under other names: one that has nothing in common with its own, and one that differs in the last letter only,
 * for mappings that use the first part of a name (a ReplicaSet's, that of its Deployment).
 */
export function twinsOf(item: RawItem): Twins {
  const { namespace } = objectAt(item.value.metadata);
  const beside = [(): string => OTHER_NAME, nextName].map((rename) => renamed(item, rename));
  const isNamespaced = typeof namespace === 'string' && namespace !== '';
  return { beside, elsewhere: isNamespaced ? moved(item) : renamed(item, () => OTHER_NAME) };
}

function renamed(item: RawItem, rename: (name: string) => string): RawItem {
  const { metadata, spec } = item.value;
  const { name } = objectAt(metadata);
  const { identifier } = objectAt(spec);
  const value = {
    ...item.value,
    metadata: { ...objectAt(metadata), name: rename(String(name)), uid: OTHER_UID },
    // The name that Port's own resources have beside their Kubernetes name.
    ...(typeof identifier === 'string' ? { spec: { ...objectAt(spec), identifier: rename(identifier) } } : {}),
  };
  return { ...item, key: `${item.key} renamed`, value };
}

function moved(item: RawItem): RawItem {
  const metadata = { ...objectAt(item.value.metadata), namespace: OTHER_NAMESPACE, uid: OTHER_UID };
  return { ...item, key: `${item.key} elsewhere`, value: { ...item.value, metadata } };
}

/** The name with another last letter of the same sort. */
function nextName(name: string): string {
  const last = name.at(-1) ?? '';
  return `${name.slice(0, -1)}${NEXT.get(last) ?? 'x'}`;
}

/** Digits and the letters of hexadecimal numbers stay among themselves. */
const NEXT = new Map(
  ['0123456789', 'abcdef', 'ghijklmnopqrstuvwxyz'].flatMap((letters) =>
    [...letters].map((letter, index): [string, string] => [letter, letters[(index + 1) % letters.length] ?? letter]),
  ),
);

function objectAt(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
