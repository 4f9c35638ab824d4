import { isObject } from '../core/schema/values.ts';
import type { Fault, Manifest } from './parse-file.ts';

/**
 * Takes out manifests that describe an entity which another one describes too. One of the two is probably meant for another
 * entity (a copy in which somebody forgot the identifier), so they count as faults, and nothing is deleted.
 */
export function withoutTwins(manifests: readonly Manifest[]): {
  manifests: readonly Manifest[];
  faults: readonly Fault[];
} {
  const first = new Map<string, Manifest>();
  const kept: Manifest[] = [];
  const faults: Fault[] = [];
  for (const manifest of manifests) {
    const { spec, metadata } = manifest.item.value;
    const { blueprint, identifier } = isObject(spec) ? spec : {};
    // A mapping may make the namespace a part of the identifier. What the mapping makes of it is the engine's to judge.
    const namespace = isObject(metadata) ? (metadata.namespace ?? '') : '';
    const key = JSON.stringify([blueprint, identifier, namespace]);
    const twin = first.get(key);
    if (twin === undefined) {
      first.set(key, manifest);
      kept.push(manifest);
      continue;
    }
    const { file, line, kind } = manifest;
    const where = `${twin.file}:${twin.line}`;
    const message = `describes the entity ${identifier} of ${blueprint} once more; ${where} describes it too, and was used`;
    faults.push({ file, line, kind, message });
  }
  return { manifests: kept, faults };
}
