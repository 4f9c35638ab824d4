import { z } from 'zod';
import { connectionSettings } from './connection-settings.ts';
import { mappingSettings } from './mapping-settings.ts';
import { serverSettings } from './server-settings.ts';
import { type SettingInfo, settingInfos } from './setting-info.ts';
import { sourceSettings } from './source-settings.ts';
import { syncSettings } from './sync-settings.ts';
import { tuningSettings } from './tuning-settings.ts';

/** All settings. The input is text, as in an environment; the output is typed. Durations are milliseconds. */
export const settingsSchema = z.object({
  ...connectionSettings,
  ...sourceSettings,
  ...syncSettings,
  ...mappingSettings,
  ...serverSettings,
  ...tuningSettings,
});

export type SettingKey = keyof typeof settingsSchema.shape;

/** The documentation of all settings in the order of the schema, with their keys in the parsed settings. */
export function listSettings(): readonly (SettingInfo & { readonly key: SettingKey })[] {
  return settingsSchema.keyof().options.flatMap((key) => {
    const info = settingInfos.get(settingsSchema.shape[key]);
    return info === undefined ? [] : [{ key, ...info }];
  });
}
