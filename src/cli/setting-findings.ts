import type { Said } from '../answers/lint/finding.ts';
import type { OfflineSettings } from '../config/settings.ts';

/** What there is to say about the settings, besides those that cannot be used at all. */
export function settingFindings({ komodorApiKey, portClientId, portClientSecret, warnings }: OfflineSettings): Said[] {
  const values = { KOMODOR_API_KEY: komodorApiKey, PORT_CLIENT_ID: portClientId, PORT_CLIENT_SECRET: portClientSecret };
  const missing = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [name] : []));
  return [
    ...missing.map((name): Said => ({ ...SETTING, code: 'setting_missing', path: name, message: MISSING })),
    ...warnings.map((message): Said => ({ ...SETTING, code: 'setting_doubtful', path: '', message })),
  ];
}

const SETTING = { severity: 'warning', file: null } as const;
const MISSING = 'is not set; resync and plan need it';
