import { setting } from './setting-info.ts';
import { flag, interval, oneOf, seconds } from './setting-values.ts';

/** When to resync, and what to create in Port. */
export const syncSettings = {
  resyncIntervalMs: setting(
    'Sync',
    'RESYNC_INTERVAL',
    {
      ocean: ['OCEAN__SCHEDULED_RESYNC_INTERVAL'],
      default: '1h',
      description: 'Time between resyncs: `90s`, `30m`, `1h`, `1d`, a bare number of minutes, or `off`.',
    },
    interval(),
  ),
  startPatienceMs: setting(
    'Sync',
    'START_PATIENCE_SECONDS',
    {
      default: '60',
      description: 'Seconds that a first run waits for a network that is not there yet (`EVENT_LISTENER=ONCE` too).',
    },
    seconds(0, 3600),
  ),
  eventListener: setting(
    'Sync',
    'EVENT_LISTENER',
    {
      ocean: ['OCEAN__EVENT_LISTENER__TYPE'],
      default: 'POLLING',
      description:
        "How Port's Resync button reaches us: `POLLING`, `WEBHOOK`, `ONCE`, `WEBHOOKS_ONLY`. `KAFKA` runs as `POLLING`.",
    },
    oneOf(['POLLING', 'WEBHOOK', 'ONCE', 'WEBHOOKS_ONLY', 'KAFKA']).transform((type) =>
      type === 'KAFKA' ? 'POLLING' : type,
    ),
  ),
  eventListenerIntervalMs: setting(
    'Sync',
    'EVENT_LISTENER_INTERVAL',
    {
      ocean: ['OCEAN__EVENT_LISTENER__INTERVAL'],
      default: '60',
      description: "Seconds between looks at Port's resync request.",
    },
    seconds(1, 86_400),
  ),
  initializePortResources: setting(
    'Sync',
    'INITIALIZE_PORT_RESOURCES',
    {
      ocean: ['OCEAN__INITIALIZE_PORT_RESOURCES'],
      default: 'true',
      description: 'Create the missing blueprints and the mapping in Port.',
    },
    flag(),
  ),
  sendRawDataExamples: setting(
    'Sync',
    'SEND_RAW_DATA_EXAMPLES',
    {
      ocean: ['OCEAN__SEND_RAW_DATA_EXAMPLES'],
      default: 'true',
      description: "Send a few raw items to Port, for its mapping editor's test.",
    },
    flag(),
  ),
};
