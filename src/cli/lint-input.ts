import type { Said } from '../answers/lint/finding.ts';
import type { LintInput } from '../answers/lint/input.ts';
import { knownDocument } from '../answers/lint/known-blueprints.ts';
import type { loadDefaults } from '../compose/defaults.ts';
import type { OfflineSettings } from '../config/settings.ts';
import type { Mapper } from '../core/ports.ts';
import { DEFINITIONS, offlineKinds } from '../komodor/kinds.ts';

/** What `lint` checks of the mapping and blueprint files. */
export function inputOfFiles(
  settings: OfflineSettings,
  files: ReturnType<typeof loadDefaults>,
  mapper: Mapper,
): LintInput {
  return {
    mapping: files.fileMapping.mapping,
    origin: { name: files.fileOrigin, isFile: true },
    fileProblems: files.fileMapping.problems,
    blueprintProblems: files.blueprintProblems,
    blueprints: files.blueprints.map((document) => knownDocument(document, files.blueprintFileOf)),
    blueprintsFrom: 'files',
    elsewhere: [settings.k8sWorkloadBlueprint],
    kinds: offlineKinds(),
    komodorKinds: DEFINITIONS,
    mapper,
    allowsEnv: settings.allowEnvInMapping,
  };
}

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
