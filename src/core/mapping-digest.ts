import { digestOf } from './canonical.ts';
import { canonicalJson } from './canonical-json.ts';
import type { JsonObject, SetupDocument } from './model.ts';
import type { Change, PlannedMapping, SetupChange } from './report.ts';

/** A short name for a mapping in Port's form. */
export function mappingDigest(config: JsonObject): string {
  return digestOf('mapping', [canonicalJson(config)]);
}

interface Planned {
  readonly origin: string;
  readonly config: JsonObject;
  readonly setup: readonly SetupDocument[];
  readonly changes: readonly Change[];
  readonly shown: readonly SetupChange[];
}

/** What a plan says about the mapping that was given with it. */
export function plannedMapping({ origin, config, setup, changes, shown }: Planned): PlannedMapping {
  const digest = mappingDigest(config);
  const before = setup.find(({ what }) => what === 'mapping')?.before;
  const members = [...changes, ...shown].map((one) => canonicalJson(one));
  return {
    origin,
    digest,
    replaces: isMissing(setup) ? null : isObject(before) ? mappingDigest(before) : digest,
    plan: digestOf(digest, members),
  };
}

/** Whether the integration would have to be created. */
function isMissing(setup: readonly SetupDocument[]): boolean {
  return setup.some(({ what, before }) => what === 'integration' && before === undefined);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
