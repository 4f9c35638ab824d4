import type { EntityTemplate, Mapping, ResourceEntry } from '../core/model.ts';
import type { Problem } from '../core/report.ts';

/** An active add-on that has a mapping file of its own. */
export interface AddOn {
  readonly file: string;
  readonly entries: readonly ResourceEntry[];
}

/**
 * A warning for each add-on of which the mapping in Port has nothing: Port's mapping was written before the add-on was
 * switched on, and only its owner changes it.
 * @param origin what messages call the mapping
 */
export function unusedAddOns(addOns: readonly AddOn[], mapping: Mapping, origin: string): readonly Problem[] {
  return addOns
    .filter(({ entries }) => entries.length > 0 && !entries.some((entry) => isIn(mapping, entry)))
    .map(({ file, entries }) => ({
      code: 'add_on_unused',
      severity: 'warning',
      message: `${origin} has no entry of ${file}, which ADD_ONS switches on (${kindsOf(entries)}): add its entries there, or set MAPPING_SOURCE=file`,
      count: 1,
      samples: [],
    }));
}

function kindsOf(entries: readonly ResourceEntry[]): string {
  return [...new Set(entries.map(({ kind }) => kind))].join(', ');
}

/** Whether a mapping fills some of the fields that an entry fills. An unusable entry may; its own message is enough. */
function isIn({ entries, disabled }: Mapping, { kind, templates }: ResourceEntry): boolean {
  if (disabled.some((one) => one.kind === kind)) return true;
  const others = entries.filter((other) => other.kind === kind).flatMap((other) => other.templates);
  return templates.some((template) => others.some((other) => isAlike(template, other)));
}

function isAlike(one: EntityTemplate, other: EntityTemplate): boolean {
  if (one.blueprint !== other.blueprint) return false;
  return (['properties', 'relations'] as const).some((part) =>
    Object.keys(one[part]).some((id) => Object.hasOwn(other[part], id)),
  );
}
