import { z } from 'zod';
import type { JsonObject, MappingFlags } from '../core/model.ts';
import { didYouMean, nearest } from '../core/nearest.ts';
import { reportExporterKey } from './exporter-keys.ts';
import type { ReportProblem } from './mapping-template.ts';
import { booleanLike } from './mapping-values.ts';

/** The known keys beside `resources`. */
export const FLAG_NAMES = [
  'enableMergeEntity',
  'deleteDependentEntities',
  'createMissingRelatedEntities',
  'entityDeletionThreshold',
] as const;
type FlagName = (typeof FLAG_NAMES)[number];

/** The values that delete and overwrite least. They are used for flags that cannot be read. */
const SAFEST_FLAGS: MappingFlags = {
  enableMergeEntity: true,
  deleteDependentEntities: false,
  createMissingRelatedEntities: false,
  entityDeletionThreshold: 0,
};

const threshold = z.coerce.number().min(0).max(1).nullable();

/**
 * Reads the flags of a mapping. A missing flag has Port Ocean's default, so that a mapping means the same in both. A flag
 * that cannot be read, or whose name is mistyped, is reported and gets the value of SAFEST_FLAGS.
 */
export function readFlags(root: JsonObject, report: ReportProblem): MappingFlags {
  const mistyped = reportUnknownFlags(root, report);
  const flag = (name: Exclude<FlagName, 'entityDeletionThreshold'>): boolean => {
    const value = root[name];
    if (value === undefined && mistyped.has(name)) return SAFEST_FLAGS[name];
    if (value === undefined || value === null) return true;
    const result = booleanLike.safeParse(value);
    if (!result.success) report(name, `must be true or false; ${SAFEST_FLAGS[name]} is used`);
    return result.success ? result.data : SAFEST_FLAGS[name];
  };
  return {
    enableMergeEntity: flag('enableMergeEntity'),
    deleteDependentEntities: flag('deleteDependentEntities'),
    createMissingRelatedEntities: flag('createMissingRelatedEntities'),
    entityDeletionThreshold:
      root.entityDeletionThreshold === undefined && mistyped.has('entityDeletionThreshold')
        ? SAFEST_FLAGS.entityDeletionThreshold
        : readThreshold(root.entityDeletionThreshold, report),
  };
}

/**
 * Renames flags in Python's spelling (`entity_deletion_threshold`), as Ocean accepts them, and in that of Port's K8s exporter
 * (`deleteDependents`). Our name wins.
 */
export function withCamelCaseFlags(root: JsonObject): JsonObject {
  const usual = new Map<string, FlagName>(
    FLAG_NAMES.map((name) => [name.replace(/[A-Z]/g, (l) => `_${l.toLowerCase()}`), name]),
  );
  usual.set('deleteDependents', 'deleteDependentEntities');
  const renamed = Object.entries(root).flatMap(([key, value]) => {
    const name = usual.get(key);
    return name !== undefined && Object.hasOwn(root, name) ? [] : [[name ?? key, value] as const];
  });
  return Object.fromEntries(renamed);
}

/**
 * Reports unknown keys beside `resources`. One that resembles a flag is an error, because somebody wanted to set the flag.
 * @returns these flags
 */
function reportUnknownFlags(root: JsonObject, report: ReportProblem): ReadonlySet<FlagName> {
  const known: readonly string[] = [...FLAG_NAMES, 'resources', 'addOn'];
  const meant = new Set<FlagName>();
  for (const key of Object.keys(root)) {
    // `x-…` is for parts that entries share through a YAML anchor.
    if (known.includes(key) || key.startsWith('x-') || reportExporterKey(key, root[key], report)) continue;
    const like = nearest(key, known);
    const flag = FLAG_NAMES.find((name) => name === like);
    if (flag === undefined) {
      report(key, `is not known${didYouMean(key, known)}; it has no effect`, 'warning');
      continue;
    }
    meant.add(flag);
    report(key, `is no flag (did you mean ${flag}?); ${valueUsedInstead(flag, root)}`);
  }
  return meant;
}

function valueUsedInstead(flag: FlagName, root: JsonObject): string {
  if (root[flag] !== undefined) return `what ${flag} says is used`;
  return flag === 'entityDeletionThreshold'
    ? '0 is used, so that nothing is deleted'
    : `${SAFEST_FLAGS[flag]} is used until it is mended`;
}

function readThreshold(value: unknown, report: ReportProblem): number | null {
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
