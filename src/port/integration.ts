import { z } from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/model.ts';
import type { PortApi } from './api.ts';
import { createOrRead, type SetupWrites } from './setup-writes.ts';

const integration = z.looseObject({
  config: z.record(z.string(), z.unknown()).nullish(),
  arePortResourcesInitialized: z.boolean().nullish(),
});
export const integrationAnswer = z.looseObject({ integration: integration });
type Integration = z.infer<typeof integration>;

export interface IntegrationOptions {
  readonly identifier: string;
  readonly version: string;
  /** Where Port sends its changelog, in Port's form; `{}`: nowhere. */
  readonly changelogDestination: JsonObject;
  /** Whether the mapping in Port counts, or the one in the files. */
  readonly mappingSource: 'port' | 'file';
  /** Whether an empty mapping in Port may be replaced by that of the files. */
  readonly initialize: boolean;
  /** The files' mapping in Port's form; null when a file could not be read, so that no incomplete mapping is written. */
  readonly fileConfig: JsonObject | null;
}

/** What messages call the mapping in Port. */
export function mappingOriginOf(identifier: string): string {
  return `Port's integration ${identifier}`;
}

/** The fields for which Port's pages treat this installation as an integration. */
function integrationFields({ version, changelogDestination }: IntegrationOptions): JsonObject {
  return {
    installationAppType: 'komodor',
    version,
    changelogDestination,
    actionsProcessingEnabled: false,
    incrementalSyncEnabled: false,
    // We map and write ourselves, so Port must not process raw data too.
    processingMode: 'ocean-core',
  };
}

/** The integration as Port has it, and what is still to be written to it. */
export interface OpenIntegration {
  /** The mapping in Port that this run uses; null: the run uses the files' mapping. */
  readonly config: JsonObject | null;
  /** Updates its fields, and its mapping where that of the files counts. */
  update(): Promise<void>;
  /** Tells Port, once, that the default resources exist. */
  markInitialized(writes: SetupWrites): Promise<void>;
}

/** Finds or creates the integration object, and decides which mapping counts. */
export async function openIntegration(
  api: PortApi,
  options: IntegrationOptions,
  writes: SetupWrites,
  signal: AbortSignal,
): Promise<OpenIntegration> {
  const { identifier, version } = options;
  const path = `/integration/${encodeURIComponent(identifier)}`;
  const find = async () => (await api.find({ method: 'GET', path }, integrationAnswer, signal))?.integration;
  const create = () => writes.createIntegration(creation(options), signal);
  const found = (await find()) ?? (await createOrRead({ create, read: find }, api.retrier(signal)));
  const existing = found ?? creation(options);
  const choice = chooseMapping(existing, options);
  if (choice === 'none') {
    // Port's page for writing a mapping needs the fields.
    await updateIdentity(existing, options, writes, signal);
    const what = 'write one in Port (Data sources), or set MAPPING_SOURCE=file or INITIALIZE_PORT_RESOURCES=true';
    throw new AppError('mapping_empty', `Port holds an empty mapping for the integration ${identifier}: ${what}`);
  }
  return {
    config: choice.config,
    async update() {
      await updateIdentity(existing, options, writes, signal);
      if (choice.write) await writes.writeConfig(identifier, choice.write, existing.config ?? {}, signal);
    },
    async markInitialized(last) {
      if (!options.initialize || found?.arePortResourcesInitialized === true) return;
      await last.patchIntegration(identifier, { arePortResourcesInitialized: true, version }, existing, signal);
    },
  };
}

function creation(options: IntegrationOptions): JsonObject & Integration {
  const { identifier, fileConfig } = options;
  const { processingMode: _later, ...described } = integrationFields(options);
  return { installationId: identifier, ...described, createPortResourcesOrigin: 'Default', config: fileConfig ?? {} };
}

async function updateIdentity(
  existing: JsonObject,
  options: IntegrationOptions,
  writes: SetupWrites,
  signal: AbortSignal,
): Promise<void> {
  const wanted = integrationFields(options);
  const differs = Object.entries(wanted).some(([key, value]) => canonicalJson(existing[key]) !== canonicalJson(value));
  if (differs) await writes.patchIntegration(options.identifier, wanted, existing, signal);
}

/** The mapping in Port (`config`), or that of the files; and what has to be written to Port. */
function chooseMapping(
  { config }: Integration,
  { mappingSource, initialize, fileConfig }: IntegrationOptions,
): { readonly config: JsonObject | null; readonly write?: JsonObject } | 'none' {
  const isEmpty = !config || Object.keys(config).length === 0;
  if (mappingSource === 'port' && !isEmpty) return { config };
  if (mappingSource === 'port' && !initialize) return 'none';
  if (fileConfig && canonicalJson(config) !== canonicalJson(fileConfig)) return { config: null, write: fileConfig };
  return { config: null };
}
