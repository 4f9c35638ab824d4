import { mappingFromFiles } from '../compose/given-mapping.ts';
import { createApplication } from '../compose.ts';
import { loadOfflineSettings, type OfflineSettings } from '../config/settings.ts';
import { yamlText } from '../config/yaml-text.ts';
import { messageOf } from '../core/errors.ts';
import type { JsonObject } from '../core/model.ts';
import { withTimeLimit } from '../core/signals.ts';
import { kindsReadBy, rbacObjects, rightsFor } from '../kubernetes/rbac.ts';
import { CATALOG_KINDS } from '../manifests/source.ts';
import { mappingOriginOf } from '../port/integration.ts';
import { readStoredMapping } from '../port/stored-mapping.ts';
import { EXIT, onInterrupt } from './command.ts';
import { print, printError, printJson } from './output.ts';

export interface RbacOptions {
  readonly mapping?: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly writeBack?: boolean;
  readonly json?: boolean;
}

/** A mapping in Port's form. */
interface Chosen {
  readonly config: JsonObject;
  readonly origin: string;
  /** Why it is this one. */
  readonly notice?: string;
}

/** Port is asked for its mapping for so long. Somebody waits. */
const MAX_WAIT_MS = 10_000;

/** `rbac`: the rights in Kubernetes that the mapping needs. @returns the exit code */
export async function rbac(options: RbacOptions): Promise<number> {
  const interruption = onInterrupt();
  const settings = loadOfflineSettings(process.env);
  const { config, origin, notice } =
    options.mapping === undefined
      ? await currentMapping(settings, interruption.signal)
      : ofFiles(settings, options.mapping);
  if (notice !== undefined) printError(notice);
  // With a folder of manifests the cluster is not asked for entities.
  const ofFolder = settings.catalogPath === undefined ? [] : CATALOG_KINDS;
  const read = kindsReadBy(config).filter(({ kind }) => !ofFolder.includes(kind));
  const rights = rightsFor(read, options.writeBack ?? false);
  const objects = rbacObjects(rights, { namespace: options.namespace, name: options.serviceAccount });
  if (objects.length === 0) printError(`${origin} reads nothing from a cluster, so no rights are needed.`);
  if (options.json) printJson({ apiVersion: 'v1', kind: 'List', items: objects });
  else if (objects.length > 0) printYaml(objects, origin);
  return interruption.exitCode() ?? EXIT.done;
}

function printYaml(objects: readonly object[], origin: string): void {
  print(`# What ${origin} needs to read a cluster. Made by komodor-port rbac.`);
  for (const line of objects.map(yamlText).join('---\n').trimEnd().split('\n')) print(line);
}

function ofFiles(settings: OfflineSettings, path: string, notice?: string): Chosen {
  const { config, origin } = mappingFromFiles(settings, path);
  return { config, origin, ...(notice !== undefined && { notice }) };
}

/** The mapping that a resync would use: Port's, where the settings say so and Port has one; else the files'. */
async function currentMapping(settings: OfflineSettings, signal: AbortSignal): Promise<Chosen> {
  const { mappingSource, mappingPath, portClientId, portClientSecret, integrationIdentifier } = settings;
  if (mappingSource === 'file') return ofFiles(settings, mappingPath);
  if (portClientId === undefined || portClientSecret === undefined) {
    const why = 'PORT_CLIENT_ID and PORT_CLIENT_SECRET are not set';
    return ofFiles(settings, mappingPath, `${why}, so the mapping of the files is used, not that in Port.`);
  }
  // Komodor is not asked for anything, so its key may be missing.
  const credentials = { portClientId, portClientSecret, komodorApiKey: settings.komodorApiKey ?? 'none' };
  // Nor is the cluster, which may be out of reach from here.
  const complete = { ...settings, ...credentials, kubernetes: undefined };
  const application = await createApplication(complete, process.env);
  try {
    const read = (limited: AbortSignal) => readStoredMapping(application.parts.portApi, integrationIdentifier, limited);
    const late = () => new Error(`Port did not answer within ${MAX_WAIT_MS / 1000} s`);
    const stored = await withTimeLimit(MAX_WAIT_MS, signal, read, late);
    const origin = mappingOriginOf(integrationIdentifier);
    if (stored !== null) return { config: stored, origin };
    return ofFiles(settings, mappingPath, `${origin} has no mapping yet, so that of the files is used.`);
  } catch (error) {
    if (signal.aborted) throw error;
    const why = messageOf(error);
    return ofFiles(
      settings,
      mappingPath,
      `The mapping in Port could not be read, so that of the files is used: ${why}`,
    );
  } finally {
    application.close();
  }
}
