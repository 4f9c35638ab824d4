import type { Said } from '../answers/lint/finding.ts';
import type { LintInput } from '../answers/lint/input.ts';
import { blueprintsInPort, knownDocument } from '../answers/lint/known-blueprints.ts';
import type { ApplicationParts } from '../compose.ts';
import { loadBlueprintDocuments } from '../config/blueprint-files.ts';
import { linesIn } from '../config/lines.ts';
import { loadMappingText } from '../config/mapping-files.ts';
import type { OfflineSettings } from '../config/settings.ts';
import { prepareWhole } from '../core/prepared-catalog.ts';
import type { Problem } from '../core/report.ts';
import { portBlueprint } from '../port/blueprint-documents.ts';
import { mappingOptionsOf } from './defaults.ts';
import { clusterNameOf } from './jq-mapper.ts';

/** What `lint` checks of the mapping and blueprint files. */
export function lintInputOfFiles(
  settings: OfflineSettings,
  { files, mapper, kinds }: Pick<ApplicationParts, 'files' | 'mapper' | 'kinds'>,
): LintInput {
  return {
    mapping: files.fileMapping.mapping,
    origin: { name: files.fileOrigin, isFile: true },
    fileProblems: files.fileMapping.problems,
    blueprintProblems: files.blueprintProblems,
    blueprints: files.blueprints.map((document) => knownDocument(document, files.blueprintFileOf)),
    blueprintsFrom: 'files',
    elsewhere: [settings.k8sWorkloadBlueprint],
    kinds,
    mapper,
    readable: settings.allowEnvInMapping ? 'all' : Object.keys(clusterNameOf(settings)),
  };
}

/** Which of the two Port is asked for. The other comes from the input. */
export interface AskedOfPort {
  readonly mapping: boolean;
  readonly blueprints: boolean;
}

/**
 * The input with what a resync would use: the mapping that Port holds, and the blueprints as they are in Port, with those
 * that a resync would make first. Also what was found on the way. @throws AppError
 */
export async function withPort(
  input: LintInput,
  { catalog, files }: Pick<ApplicationParts, 'catalog' | 'files'>,
  asked: AskedOfPort,
  signal: AbortSignal,
): Promise<{ readonly input: LintInput; readonly told: readonly Said[] }> {
  const port = catalog();
  const { mapping, mappingOrigin, problems } = await prepareWhole(port, signal);
  const isPorts = asked.mapping && mappingOrigin !== files.fileOrigin;
  const used: LintInput = isPorts
    ? { ...input, mapping, origin: { name: mappingOrigin, isFile: false }, fileProblems: [] }
    : input;
  const told = isPorts ? problems.flatMap((problem) => saidOf(problem, mappingOrigin)) : [];
  if (!asked.blueprints) return { input: used, told };
  const whole: LintInput = {
    ...used,
    blueprints: await blueprintsInPort(port, used.mapping, signal),
    blueprintsFrom: 'port',
    blueprintProblems: [],
    lookUp: (identifier) => port.blueprint(identifier, signal),
  };
  return { input: whole, told };
}

/** A problem of the mapping in Port. The others are no matter of the mapping. */
function saidOf({ code, severity, message }: Problem, origin: string): readonly Said[] {
  if (code !== 'mapping_file_invalid' && code !== 'add_on_unused') return [];
  const text = message.startsWith(`${origin}: `) ? message.slice(origin.length + 2) : message;
  const [, path = '', what = text] = /^([^\s:]+): (.*)$/s.exec(text) ?? [];
  return [{ code, severity, path, message: what }];
}

const GIVEN_MAPPING = 'the given mapping';
const GIVEN_BLUEPRINTS = 'the given blueprints';

/** The input with a mapping that came as text, YAML or JSON. */
export function withMappingText(input: LintInput, settings: OfflineSettings, text: string): LintInput {
  const { mapping, problems } = loadMappingText(GIVEN_MAPPING, text, mappingOptionsOf(settings, input.kinds));
  const origin = { name: GIVEN_MAPPING, isFile: false, lineOf: linesIn(text) };
  return { ...input, mapping, origin, fileProblems: problems };
}

/** The input with blueprints that came as a value. */
export function withBlueprintDocuments(input: LintInput, settings: OfflineSettings, value: unknown): LintInput {
  const { blueprints, problems } = loadBlueprintDocuments(
    GIVEN_BLUEPRINTS,
    value,
    mappingOptionsOf(settings, input.kinds),
  );
  const known = blueprints.map((document) => knownDocument(portBlueprint.parse(document)));
  return { ...input, blueprints: known, blueprintProblems: problems };
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
