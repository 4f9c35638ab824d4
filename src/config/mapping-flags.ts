import { z } from 'zod';
import type { JsonObject, MappingFlags } from '../core/model.ts';
import { didYouMean, nearest } from '../core/nearest.ts';
import type { Report } from './mapping-template.ts';
import { booleanLike } from './mapping-values.ts';

/** The keys beside `resources` that mean something. */
export const FLAG_NAMES = [
  'enableMergeEntity',
  'deleteDependentEntities',
  'createMissingRelatedEntities',
  'entityDeletionThreshold',
] as const;
type FlagName = (typeof FLAG_NAMES)[number];

/** What destroys least; a flag that cannot be read takes it. */
const SAFEST: MappingFlags = {
  enableMergeEntity: true,
  deleteDependentEntities: false,
  createMissingRelatedEntities: false,
  entityDeletionThreshold: 0,
};

const threshold = z.coerce.number().min(0).max(1).nullable();

/**
 * Reads the flags of a mapping. An absent one takes Port Ocean's default, so that a mapping means the same here as
 * there. One that cannot be read, or whose name is mistyped, is reported and takes the value that destroys least.
 */
export function readFlags(root: JsonObject, report: Report): MappingFlags {
  const mistyped = reportUnknownFlags(root, report);
  const flag = (name: Exclude<FlagName, 'entityDeletionThreshold'>): boolean => {
    const value = root[name];
    if (value === undefined && mistyped.has(name)) return SAFEST[name];
    if (value === undefined || value === null) return true;
    const result = booleanLike.safeParse(value);
    if (!result.success) report(name, `must be true or false; ${SAFEST[name]} is used`);
    return result.success ? result.data : SAFEST[name];
  };
  return {
    enableMergeEntity: flag('enableMergeEntity'),
    deleteDependentEntities: flag('deleteDependentEntities'),
    createMissingRelatedEntities: flag('createMissingRelatedEntities'),
    entityDeletionThreshold:
      root.entityDeletionThreshold === undefined && mistyped.has('entityDeletionThreshold')
        ? SAFEST.entityDeletionThreshold
        : readThreshold(root.entityDeletionThreshold, report),
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

/**
 * Reports keys beside `resources` that mean nothing. One that resembles a flag was meant to change what a run does, so it is
 * an error. @returns the flags that were meant
 */
function reportUnknownFlags(root: JsonObject, report: Report): ReadonlySet<FlagName> {
  const known: readonly string[] = [...FLAG_NAMES, 'resources', 'addOn'];
  const meant = new Set<FlagName>();
  for (const key of Object.keys(root)) {
    // `x-…` holds parts that entries share by a YAML anchor.
    if (known.includes(key) || key.startsWith('x-')) continue;
    const like = nearest(key, known);
    const flag = FLAG_NAMES.find((name) => name === like);
    if (flag === undefined) {
      report(key, `is not known${didYouMean(key, known)}; it has no effect`, 'warning');
      continue;
    }
    meant.add(flag);
    report(key, `is no flag (did you mean ${flag}?); ${whatHolds(flag, root)}`);
  }
  return meant;
}

function whatHolds(flag: FlagName, root: JsonObject): string {
  if (root[flag] !== undefined) return `what ${flag} says is used`;
  return flag === 'entityDeletionThreshold'
    ? '0 is used, so that nothing is deleted'
    : `${SAFEST[flag]} is used until it is mended`;
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
