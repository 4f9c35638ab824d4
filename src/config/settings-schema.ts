import { z } from 'zod';
import { connectionSettings } from './connection-settings.ts';
import { mappingSettings } from './mapping-settings.ts';
import { serverSettings } from './server-settings.ts';
import { type SettingInfo, settingInfos } from './setting-info.ts';
import { syncSettings } from './sync-settings.ts';
import { tuningSettings } from './tuning-settings.ts';

/** Every setting there is. Text goes in (an environment has nothing else), typed values come out; durations are ms. */
export const settingsSchema = z.object({
  ...connectionSettings,
  ...syncSettings,
  ...mappingSettings,
  ...serverSettings,
  ...tuningSettings,
});

export type SettingKey = keyof typeof settingsSchema.shape;

/** Every setting in the order of the schema, with the key under which its value is found. */
export function listSettings(): readonly (SettingInfo & { readonly key: SettingKey })[] {
  return settingsSchema.keyof().options.flatMap((key) => {
    const info = settingInfos.get(settingsSchema.shape[key]);
    return info === undefined ? [] : [{ key, ...info }];
  });
}
