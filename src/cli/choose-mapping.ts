import { loadDefaults } from '../compose/defaults.ts';
import { mappingFromFiles } from '../compose/given-mapping.ts';
import { createJqMapper } from '../compose/jq-mapper.ts';
import { offlineKinds } from '../compose/kinds.ts';
import { type MapWith, mapWithFiles, mapWithPort } from '../compose/map-with.ts';
import { createApplication } from '../compose.ts';
import type { OfflineSettings } from '../config/settings.ts';

/** What to map with. */
export interface ChosenMapping extends MapWith {
  /** Ends the connections to Port. */
  close(): void;
}

/** The mapping of a file or folder. Nothing is asked. @throws AppError when it cannot be used as a whole */
export async function mappingOfFiles(
  settings: OfflineSettings,
  path = settings.mappingPath,
  notice?: string,
): Promise<ChosenMapping> {
  // As `plan --mapping` and POST /v1/map: what cannot be read is no mapping in which the kind is missing.
  const kinds = offlineKinds(settings);
  mappingFromFiles(settings, path, kinds);
  const files = loadDefaults({ ...settings, mappingPath: path }, kinds);
  const { mapper } = await createJqMapper(settings, process.env);
  return { ...mapWithFiles({ mapper, kinds, files }, notice), close: () => undefined };
}

/** The mapping that a resync would use: Port's, where the settings say so and Port can be reached; else the files'. */
export async function currentMapping(settings: OfflineSettings, signal: AbortSignal): Promise<ChosenMapping> {
  const { mappingSource, portClientId, portClientSecret } = settings;
  if (mappingSource === 'file') return mappingOfFiles(settings);
  if (portClientId === undefined || portClientSecret === undefined) {
    const notice =
      'PORT_CLIENT_ID and PORT_CLIENT_SECRET are not set, so the mapping of the files is used, not that in Port.';
    return mappingOfFiles(settings, settings.mappingPath, notice);
  }
  // Komodor is not asked for anything, so its key may be missing.
  const complete = { ...settings, portClientId, portClientSecret, komodorApiKey: settings.komodorApiKey ?? 'none' };
  const application = await createApplication(complete, process.env, { offline: true });
  try {
    return { ...(await mapWithPort(application.parts, signal)), close: () => application.close() };
  } catch (error) {
    application.close();
    throw error;
  }
}
