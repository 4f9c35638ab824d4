import { z } from 'zod';
import type { JsonObject, MappingFlags } from '../core/model.ts';
import type { Report } from './mapping-template.ts';
import { booleanLike } from './mapping-values.ts';

/** The keys beside `resources` that mean something. */
export const FLAG_NAMES = [
  'enableMergeEntity',
  'deleteDependentEntities',
  'createMissingRelatedEntities',
  'entityDeletionThreshold',
] as const;

const threshold = z.coerce.number().min(0).max(1).nullable();

/**
 * Reads the flags of a mapping. An absent one takes Port Ocean's default, so that a mapping means the same here as
 * there. One that cannot be read is reported and takes the value that destroys least.
 */
export function readFlags(root: JsonObject, report: Report): MappingFlags {
  const flag = (name: (typeof FLAG_NAMES)[number], safest: boolean): boolean => {
    const value = root[name];
    if (value === undefined || value === null) return true;
    const result = booleanLike.safeParse(value);
    if (!result.success) report(name, `must be true or false; ${safest} is used`);
    return result.success ? result.data : safest;
  };
  return {
    enableMergeEntity: flag('enableMergeEntity', true),
    deleteDependentEntities: flag('deleteDependentEntities', false),
    createMissingRelatedEntities: flag('createMissingRelatedEntities', false),
    entityDeletionThreshold: readThreshold(root.entityDeletionThreshold, report),
  };
}

/** Ocean also takes a flag by its name in Python, `entity_deletion_threshold`; the usual name wins. */
export function withUsualNames(root: JsonObject): JsonObject {
  const usual = new Map(FLAG_NAMES.map((name) => [name.replace(/[A-Z]/g, (l) => `_${l.toLowerCase()}`), name]));
  const renamed = Object.entries(root).flatMap(([key, value]) => {
    const name = usual.get(key);
    return name !== undefined && Object.hasOwn(root, name) ? [] : [[name ?? key, value] as const];
  });
  return Object.fromEntries(renamed);
}

function readThreshold(value: unknown, report: Report): number | null {
  if (value === undefined) return 0.9;
  if (value === null) return null;
  const result =
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')
      ? threshold.safeParse(value)
      : undefined;
  if (result?.success) return result.data;
  report('entityDeletionThreshold', 'must be a number from 0 to 1, or null; 0 is used, so that nothing is deleted');
  return 0;
}
