import { z } from 'zod';

/** What people need to know of a setting. The page docs/configuration.md and .env.example are compared with it. */
export interface SettingInfo {
  readonly name: string;
  /** Names under which Port Ocean knows the same setting. */
  readonly oceanNames: readonly string[];
  /** The text that stands in when it is not set; null: nothing does. */
  readonly default: string | null;
  readonly description: string;
  readonly secret: boolean;
  readonly group: SettingGroup;
}

export const SETTING_GROUPS = ['Connections', 'Sync', 'Mapping', 'Server', 'Logs', 'Tuning'] as const;
export type SettingGroup = (typeof SETTING_GROUPS)[number];

/** What is known of each schema that `setting` made. */
export const settingInfos = z.registry<SettingInfo>();

/** Ties a schema to what people need to know of it. Each schema object may serve one setting only. */
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
