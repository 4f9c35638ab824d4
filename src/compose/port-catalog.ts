import { parseMapping } from '../config/mapping-schema.ts';
import type { OfflineSettings } from '../config/settings.ts';
import type { JsonObject } from '../core/model.ts';
import { KOMODOR_KINDS } from '../komodor/kinds.ts';
import type { PortApi } from '../port/api.ts';
import { PortCatalog } from '../port/catalog.ts';
import { VERSION } from '../version.ts';
import type { loadDefaults } from './defaults.ts';

/** Port as a catalog, for one run or answer, according to the settings and the files. */
export function createPortCatalog(
  api: PortApi,
  settings: OfflineSettings,
  files: ReturnType<typeof loadDefaults>,
  { runId, setup }: { readonly runId: string | null; readonly setup: 'write' | 'note' },
): PortCatalog {
  return new PortCatalog(api, {
    runId,
    setup,
    identifier: settings.integrationIdentifier,
    version: VERSION,
    changelogDestination: changelogDestinationOf(settings),
    mappingSource: settings.mappingSource,
    initialize: settings.initializePortResources,
    batchesInFlight: settings.portBatchesInFlight,
    parseMapping: (config, origin) => parseMapping(config, origin, KOMODOR_KINDS),
    ...files,
  });
}

/** Where Port sends its changelog (for the "Resync" button): our own address with EVENT_LISTENER=WEBHOOK, else nowhere. */
function changelogDestinationOf({ eventListener, publicUrl }: OfflineSettings): JsonObject {
  return eventListener === 'WEBHOOK' && publicUrl !== undefined ? { type: 'WEBHOOK', url: `${publicUrl}/resync` } : {};
}
