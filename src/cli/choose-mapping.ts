import type { UsedMapping } from '../answers/map-document.ts';
import type { MapParts } from '../answers/map-items.ts';
import { loadDefaults } from '../compose/defaults.ts';
import { createJqMapper } from '../compose/jq-mapper.ts';
import { createApplication } from '../compose.ts';
import type { OfflineSettings } from '../config/settings.ts';
import { messageOf } from '../core/errors.ts';
import { DEFINITIONS, offlineKinds } from '../komodor/kinds.ts';
import { shapeOf } from '../port/blueprint-documents.ts';

/** A mapping and what is needed to use it. */
export interface ChosenMapping {
  readonly parts: MapParts;
  readonly used: UsedMapping;
  /** Why it is not Port's, if it should be. */
  readonly notice?: string;
  /** Ends the connections to Port. */
  close(): void;
}

/** Port is asked for its mapping for so long. Somebody waits. */
const MAX_WAIT_MS = 20_000;

/** The mapping of a file or folder. Nothing is asked. @throws AppError */
export async function mappingOfFiles(settings: OfflineSettings, path = settings.mappingPath): Promise<ChosenMapping> {
  const files = loadDefaults({ ...settings, mappingPath: path });
  const { mapper } = await createJqMapper(settings, process.env);
  const shapes = new Map(files.blueprints.map((document) => [document.identifier, shapeOf(document)]));
  return {
    parts: {
      mapper,
      kinds: offlineKinds(),
      komodorKinds: DEFINITIONS,
      blueprint: async (identifier) => shapes.get(identifier),
    },
    used: {
      mapping: files.fileMapping.mapping,
      origin: files.fileOrigin,
      problems: files.fileMapping.problems.map(({ message }) => message),
    },
    close: () => undefined,
  };
}

/** The mapping that a resync would use: Port's, where the settings say so and Port can be reached; else the files'. */
export async function currentMapping(settings: OfflineSettings, signal: AbortSignal): Promise<ChosenMapping> {
  const { mappingSource, portClientId, portClientSecret } = settings;
  if (mappingSource === 'file') return mappingOfFiles(settings);
  if (portClientId === undefined || portClientSecret === undefined) {
    const notice =
      'PORT_CLIENT_ID and PORT_CLIENT_SECRET are not set, so the mapping of the files is used, not that in Port.';
    return { ...(await mappingOfFiles(settings)), notice };
  }
  // Komodor is not asked for anything, so its key may be missing.
  const complete = { ...settings, portClientId, portClientSecret, komodorApiKey: settings.komodorApiKey ?? 'none' };
  const application = await createApplication(complete, process.env);
  try {
    const catalog = application.parts.catalog();
    const limited = AbortSignal.any([signal, AbortSignal.timeout(MAX_WAIT_MS)]);
    const { mapping, mappingOrigin, problems } = await catalog.prepare(limited);
    const { mapper, kinds } = application.parts;
    return {
      parts: { mapper, kinds, komodorKinds: DEFINITIONS, blueprint: (name) => catalog.blueprint(name, signal) },
      used: { mapping, origin: mappingOrigin, problems: problems.map(({ message }) => message) },
      close: () => application.close(),
    };
  } catch (error) {
    application.close();
    if (signal.aborted) throw error;
    const why = error instanceof DOMException ? `Port did not answer within ${MAX_WAIT_MS / 1000} s` : messageOf(error);
    return {
      ...(await mappingOfFiles(settings)),
      notice: `The mapping in Port could not be read, so that of the files is used: ${why}`,
    };
  }
}
