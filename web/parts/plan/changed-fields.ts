import type { Change } from './plan-rows.ts';

export interface ChangedField {
  readonly name: string;
  readonly change: { readonly from?: unknown; readonly to?: unknown };
}

/** The fields that a change writes, as a person names them; relations are told from properties. */
export function changedFields({
  title,
  icon,
  team,
  properties = {},
  relations = {},
}: Pick<Change, 'title' | 'icon' | 'team' | 'properties' | 'relations'>): readonly ChangedField[] {
  return [
    ...(title !== null && typeof title === 'object' ? [{ name: 'title', change: title }] : []),
    ...(icon ? [{ name: 'icon', change: icon }] : []),
    ...(team ? [{ name: 'team', change: team }] : []),
    ...Object.entries(properties).map(([name, change]) => ({ name, change })),
    ...Object.entries(relations).map(([name, change]) => ({ name: `→ ${name}`, change })),
  ];
}
