import { parseMapping } from '../config/mapping-schema.ts';
import type { OfflineSettings } from '../config/settings.ts';
import type { KindNames } from '../core/kinds.ts';
import type { JsonObject } from '../core/model.ts';
import type { PortApi } from '../port/api.ts';
import { PortCatalog } from '../port/catalog.ts';
import { VERSION } from '../version.ts';
import type { loadDefaults } from './defaults.ts';
import type { GivenMapping } from './given-mapping.ts';
import { kindsOf } from './kinds.ts';

/** So many batches wait, so that one goes as soon as it may. */
const BATCHES_WAITING = 2;

/** Port as a catalog, for one run or answer, according to the settings and the files. */
export function createPortCatalog(
  api: PortApi,
  settings: OfflineSettings,
  files: ReturnType<typeof loadDefaults>,
  {
    runId,
    setup,
    given,
    kinds = kindsOf(settings),
    mostInFlight = () => settings.portConcurrency,
  }: {
    readonly runId: string | null;
    readonly setup: 'write' | 'note';
    /** Taken for the mapping in Port. */
    readonly given?: GivenMapping | undefined;
    /** Default: those that can be read. */
    readonly kinds?: KindNames;
    /** How many requests to Port may be in flight now. */
    readonly mostInFlight?: () => number;
  },
): PortCatalog {
  return new PortCatalog(api, {
    runId,
    setup,
    identifier: settings.integrationIdentifier,
    exporterStateKey: settings.exporterStateKey,
    version: VERSION,
    changelogDestination: changelogDestinationOf(settings),
    mappingSource: settings.mappingSource,
    initialize: settings.initializePortResources,
    batchesInFlight: () => Math.min(settings.portBatchesInFlight, mostInFlight() + BATCHES_WAITING),
    parseMapping: (config, origin) => parseMapping(config, origin, kinds),
    ...files,
    ...(given ? insteadOfPort(given) : {}),
  });
}

/** What makes a catalog take a mapping for the one in Port. */
function insteadOfPort({ mapping, problems, origin, config, addOns }: GivenMapping) {
  const mappingSource = 'file' as const;
  return { mappingSource, fileConfig: config, fileMapping: { mapping, problems }, fileOrigin: origin, addOns };
}

/** Where Port sends its changelog (for the "Resync" button): our own address with EVENT_LISTENER=WEBHOOK, else nowhere. */
function changelogDestinationOf({ eventListener, publicUrl }: OfflineSettings): JsonObject {
  return eventListener === 'WEBHOOK' && publicUrl !== undefined ? { type: 'WEBHOOK', url: `${publicUrl}/resync` } : {};
}
