import type { Said } from '../answers/lint/finding.ts';
import { samplesInText } from '../answers/lint/given-samples.ts';
import type { LintInput } from '../answers/lint/input.ts';
import { lint, withoutSecrets } from '../answers/lint/lint.ts';
import { readSamples } from '../answers/lint/read-samples.ts';
import { loadDefaults } from '../compose/defaults.ts';
import { createJqMapper } from '../compose/jq-mapper.ts';
import { offlineKinds } from '../compose/kinds.ts';
import { catalogFindings } from '../compose/lint-catalog.ts';
import { lintInputOfFiles, settingFindings, withPort } from '../compose/lint-with.ts';
import { createApplication } from '../compose.ts';
import { linesOfFiles } from '../config/lines.ts';
import { secretsOf } from '../config/secrets.ts';
import { loadOfflineSettings, loadSettings, type OfflineSettings } from '../config/settings.ts';
import { AppError } from '../core/errors.ts';
import { redactor } from '../core/redact.ts';
import { EXIT, onInterrupt } from './command.ts';
import { readInput } from './input-text.ts';
import { printError, printJson } from './output.ts';
import { printForGitHub, printLint } from './print-lint.ts';
import { startStandIns } from './stand-ins.ts';

export interface LintOptions {
  readonly samples?: string;
  readonly mapping?: string;
  readonly blueprints?: string;
  readonly format?: 'text' | 'json' | 'github';
  readonly json?: boolean;
}

/** The input, and what the command has found itself. */
interface Prepared {
  readonly input: LintInput;
  readonly told: readonly Said[];
  /** Ends the connections; missing: there are none. */
  readonly close?: () => void;
}

/** `lint`: what is wrong with settings, mapping and blueprints. @returns the exit code */
export async function lintFiles(options: LintOptions): Promise<number> {
  const interruption = onInterrupt();
  const settings = withPaths(loadOfflineSettings(process.env), options);
  const { input, told, close } = await prepare(settings, options, interruption.signal);
  const ofCatalog = await catalogFindings(settings, interruption.signal);
  const said = [...told, ...ofCatalog];
  const found = await lint(input, linesOfFiles(), interruption.signal, said).finally(() => close?.());
  const document = withoutSecrets(found, redactor(secretsOf(settings, process.env)));
  if (options.json || options.format === 'json') printJson(document);
  else if (options.format === 'github') printForGitHub(document);
  else printLint(document);
  return interruption.exitCode() ?? (document.status === 'failed' ? EXIT.failed : EXIT.done);
}

function withPaths(settings: OfflineSettings, { mapping, blueprints }: LintOptions): OfflineSettings {
  return {
    ...settings,
    ...(mapping === undefined ? {} : { mappingPath: mapping }),
    ...(blueprints === undefined ? {} : { blueprintsPath: blueprints }),
  };
}

async function prepare(settings: OfflineSettings, options: LintOptions, signal: AbortSignal): Promise<Prepared> {
  const { samples } = options;
  const kinds = offlineKinds(settings);
  const files = loadDefaults(settings, kinds);
  const { mapper } = await createJqMapper(settings, process.env);
  const input = lintInputOfFiles(settings, { files, mapper, kinds });
  const told = settingFindings(settings);
  switch (samples) {
    case undefined:
      return { input, told };
    case 'sandbox':
      // Nobody needs an account for that.
      return {
        input: await withSandboxSamples(input, signal),
        told: told.filter(({ code }) => code !== 'setting_missing'),
      };
    case 'live':
      return withLiveSamples(settings, input, options, { told, signal });
    default: {
      const { text, source } = await readInput(samples, 'JSON of items');
      return { input: { ...input, samples: samplesInText(text, source, input.mapping, kinds) }, told };
    }
  }
}

/** Samples from Komodor. With Port's credentials also its mapping, if that is the one in use, and its blueprints. */
async function withLiveSamples(
  settings: OfflineSettings,
  files: LintInput,
  { mapping, blueprints }: LintOptions,
  { told, signal }: { readonly told: readonly Said[]; readonly signal: AbortSignal },
): Promise<Prepared> {
  const { komodorApiKey, portClientId, portClientSecret, mappingSource } = settings;
  if (komodorApiKey === undefined)
    throw new AppError(
      'settings_invalid',
      'KOMODOR_API_KEY is required by --samples live; --samples sandbox needs no account',
    );
  const hasPort = portClientId !== undefined && portClientSecret !== undefined;
  const complete = {
    ...settings,
    komodorApiKey,
    portClientId: portClientId ?? 'none',
    portClientSecret: portClientSecret ?? 'none',
  };
  const application = await createApplication(complete, process.env);
  try {
    const { parts } = application;
    const asked = { mapping: mapping === undefined && mappingSource === 'port', blueprints: blueprints === undefined };
    const used = hasPort ? await withPort(files, parts, asked, signal) : { input: files, told: [] };
    return {
      input: await withSamples(used.input, parts.kinds, 'live', signal),
      told: [...told, ...used.told],
      close: () => application.close(),
    };
  } catch (error) {
    application.close();
    throw error;
  }
}

/** A world of its own, with enough of everything. */
const SANDBOX = { seed: 1, services: 200, risksPerService: 1, clusters: 3, latencyMs: 0, komodorPort: 0, portPort: 0 };

async function withSandboxSamples(input: LintInput, signal: AbortSignal): Promise<LintInput> {
  const now = Math.floor(Date.now() / 1000);
  const standIns = await startStandIns({ ...SANDBOX, faults: [], now });
  const application = await createApplication(loadSettings(standIns.environment, { dotenvPath: '/dev/null' }), {});
  try {
    return await withSamples(input, application.parts.kinds, 'sandbox', signal);
  } finally {
    application.close();
    await standIns.close();
  }
}

async function withSamples(
  input: LintInput,
  kinds: LintInput['kinds'],
  from: 'live' | 'sandbox',
  signal: AbortSignal,
): Promise<LintInput> {
  const { samples, notices } = await readSamples(kinds, input.mapping, from, signal);
  for (const notice of notices) printError(notice);
  return { ...input, samples };
}
