import { z } from 'zod';

/** The documentation of a setting. docs/configuration.md and .env.example are generated from it. */
export interface SettingInfo {
  readonly name: string;
  /** Port Ocean's names of the same setting. */
  readonly oceanNames: readonly string[];
  /** The value when it is not set, as text; null: there is none. */
  readonly default: string | null;
  readonly description: string;
  readonly secret: boolean;
  readonly group: SettingGroup;
}

export const SETTING_GROUPS = ['Connections', 'Sources', 'Sync', 'Mapping', 'Server', 'Logs', 'Tuning'] as const;
export type SettingGroup = (typeof SETTING_GROUPS)[number];

/** The documentation of each schema that `setting` made. */
export const settingInfos = z.registry<SettingInfo>();

/** Defines a setting: its documentation and its schema. A schema object belongs to one setting only. */
export function setting<S extends z.ZodType>(
  group: SettingGroup,
  name: string,
  rest: Pick<SettingInfo, 'default' | 'description'> & { readonly ocean?: readonly string[]; readonly secret?: true },
  schema: S,
): S {
  settingInfos.add(schema, {
    group,
    name,
    oceanNames: rest.ocean ?? [],
    default: rest.default,
    description: rest.description,
    secret: rest.secret ?? false,
  });
  return schema;
}
