import { z } from 'zod';
import { canonicalJson } from '../core/canonical.ts';
import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/model.ts';
import type { PortApi } from './api.ts';
import { createOrRead, type SetupWrites } from './setup-writes.ts';

const integration = z.looseObject({
  config: z.record(z.string(), z.unknown()).nullish(),
  arePortResourcesInitialized: z.boolean().nullish(),
});
const integrationAnswer = z.looseObject({ integration: integration });
type Integration = z.infer<typeof integration>;

export interface IntegrationOptions {
  readonly identifier: string;
  readonly version: string;
  /** Where Port sends changes, as it keeps it; `{}`: nowhere. */
  readonly changelogDestination: JsonObject;
  /** Whether Port's UI or the files hold the mapping. */
  readonly mappingSource: 'port' | 'file';
  /** Whether an empty mapping in Port may be filled from the files. */
  readonly initialize: boolean;
  /** The files' mapping as Port keeps it; null when a file could not be read, for half a mapping must not get there. */
  readonly fileConfig: JsonObject | null;
}

/** What Port has to know of this installation for its own screens to treat it as one of its integrations. */
function identity({ version, changelogDestination }: IntegrationOptions): JsonObject {
  return {
    installationAppType: 'komodor',
    version,
    changelogDestination,
    actionsProcessingEnabled: false,
    incrementalSyncEnabled: false,
    // We map and write ourselves; Port's own processing of raw data must not start beside us.
    processingMode: 'ocean-core',
  };
}

export interface SettledIntegration {
  /** The mapping that Port holds and this run follows; null: the files hold it. */
  readonly config: JsonObject | null;
  /** Tells Port, once, that the default resources are there. */
  markInitialized(): Promise<void>;
}

/** Finds or creates the integration object, keeps its description current and settles which mapping counts. */
export async function settleIntegration(
  api: PortApi,
  options: IntegrationOptions,
  writes: SetupWrites,
  signal: AbortSignal,
): Promise<SettledIntegration> {
  const { identifier, version } = options;
  const path = `/integration/${encodeURIComponent(identifier)}`;
  const find = async () => (await api.find({ method: 'GET', path }, integrationAnswer, signal))?.integration;
  const create = () => writes.createIntegration(creation(options), signal);
  const found = (await find()) ?? (await createOrRead({ create, read: find }, api.patience(signal)));
  const existing = found ?? creation(options);
  await updateIdentity(existing, options, writes, signal);
  const settled = await settleConfig(existing, options, writes, signal);
  return {
    ...settled,
    async markInitialized() {
      if (!options.initialize || found?.arePortResourcesInitialized === true) return;
      await writes.patchIntegration(identifier, { arePortResourcesInitialized: true, version }, existing, signal);
    },
  };
}

function creation(options: IntegrationOptions): JsonObject & Integration {
  const { identifier, fileConfig } = options;
  const { processingMode: _later, ...described } = identity(options);
  return { installationId: identifier, ...described, createPortResourcesOrigin: 'Default', config: fileConfig ?? {} };
}

async function updateIdentity(
  existing: JsonObject,
  options: IntegrationOptions,
  writes: SetupWrites,
  signal: AbortSignal,
): Promise<void> {
  const wanted = identity(options);
  const differs = Object.entries(wanted).some(([key, value]) => canonicalJson(existing[key]) !== canonicalJson(value));
  if (differs) await writes.patchIntegration(options.identifier, wanted, existing, signal);
}

async function settleConfig(
  { config }: Integration,
  { identifier, mappingSource, initialize, fileConfig }: IntegrationOptions,
  writes: SetupWrites,
  signal: AbortSignal,
): Promise<Pick<SettledIntegration, 'config'>> {
  const isEmpty = !config || Object.keys(config).length === 0;
  if (mappingSource === 'port' && !isEmpty) return { config };
  if (mappingSource === 'port' && !initialize) {
    const what = 'write one in Port (Data sources), or set MAPPING_SOURCE=file or INITIALIZE_PORT_RESOURCES=true';
    throw new AppError('mapping_empty', `Port holds an empty mapping for the integration ${identifier}: ${what}`);
  }
  if (fileConfig && canonicalJson(config) !== canonicalJson(fileConfig))
    await writes.writeConfig(identifier, fileConfig, config ?? {}, signal);
  return { config: null };
}
