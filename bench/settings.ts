import { loadSettings, type Settings } from '../src/config/settings.ts';

/** Settings that lead to the stand-ins; everything else as shipped. */
export function settingsFor(environment: Readonly<Record<string, string>>): Settings {
  const { JQ_PATH } = process.env;
  return loadSettings({ ...(JQ_PATH ? { JQ_PATH } : {}), ...environment }, { dotenvPath: '/dev/null' });
}
