/** Settings of Port Ocean without effect here, or whole branches of them, and why. */
interface WithoutEffect {
  readonly names: readonly string[];
  /** Completes "has no effect here: …". */
  readonly why: string;
}

/** Ocean's settings that we do not use. Those that we use are in the settings' schema. */
export const WITHOUT_EFFECT: readonly WithoutEffect[] = [
  {
    names: ['OCEAN__PORT__PORT_APP_CONFIG_CACHE_TTL', 'OCEAN__PORT__BLUEPRINT_CACHE_TTL_SECONDS'],
    why: 'mapping and blueprints are read anew for each run',
  },
  {
    names: ['OCEAN__PORT__FEATURE_FLAGS_CACHE_TTL_SECONDS'],
    why: "Port's feature flags are not asked for",
  },
  {
    names: ['OCEAN__INTEGRATION__INCREMENTAL_SYNC_ENABLED', 'OCEAN__INTEGRATION__INCREMENTAL_SYNC_INTERVAL'],
    why: 'every resync is a whole one, and only differences are written',
  },
  {
    names: ['OCEAN__EVENT_LISTENER__RESYNC_ON_START'],
    why: 'a resync always begins at the start; its schedule is RESYNC_INTERVAL',
  },
  {
    names: [
      ...[
        'BROKERS',
        'SECURITY_PROTOCOL',
        'AUTHENTICATION_MECHANISM',
        'KAFKA_SECURITY_ENABLED',
        'CONSUMER_POLL_TIMEOUT',
      ],
    ].map((name) => `OCEAN__EVENT_LISTENER__${name}`),
    why: "Port's Kafka is not used; Port is polled",
  },
  {
    names: ['OCEAN__CREATE_PORT_RESOURCES_ORIGIN'],
    why: 'blueprints and the first mapping come from BLUEPRINTS_PATH and MAPPING_PATH (INITIALIZE_PORT_RESOURCES turns that off)',
  },
  {
    names: ['OCEAN__STATUS_HEARTBEAT_INTERVAL_SECONDS'],
    why: 'Port gets a heartbeat every 10 s while a run lasts',
  },
  { names: ['OCEAN__OAUTH_ACCESS_TOKEN_FILE_PATH'], why: 'Komodor is asked with KOMODOR_API_KEY; it has no OAuth' },
  {
    names: ['OCEAN__PATH_PREFIX'],
    why: 'routes begin at /; let the proxy in front take the prefix off, and put it into PUBLIC_URL',
  },
  {
    names: ['OCEAN__EVENT_WORKERS_COUNT', 'OCEAN__MAX_EVENT_PROCESSING_SECONDS'],
    why: "events of Komodor's webhook are worked off side by side, each with limits of its own",
  },
  {
    names: ['OCEAN__EVENTS_DEBUG_LOGGING'],
    why: 'LOG_LEVEL=debug shows what events do; their bodies are never logged',
  },
  { names: ['OCEAN__MAX_WAIT_SECONDS_BEFORE_SHUTDOWN'], why: 'stopping takes at most 10 s' },
  {
    names: ['OCEAN__RUNTIME'],
    why: "this program is always an installation of one's own (OnPrem in Ocean's words)",
  },
  {
    names: ['OCEAN__CACHING_STORAGE_MODE', 'OCEAN__STREAMING'],
    why: 'pages are worked off as they come; nothing is put on disk',
  },
  {
    names: ['OCEAN__UPSERT_ENTITIES_BATCH_MAX_LENGTH', 'OCEAN__UPSERT_ENTITIES_BATCH_MAX_SIZE_IN_BYTES'],
    why: "batches are as large as Port's own limits allow; PORT_BATCHES_IN_FLIGHT says how many at once",
  },
  { names: ['OCEAN__DELETE_ENTITIES_MAX_BATCH_SIZE'], why: 'deletions go in batches of the size that Port takes' },
  { names: ['OCEAN__YIELD_ITEMS_TO_PARSE_BATCH_SIZE'], why: 'JQ_BATCH_SIZE says how many items jq gets at once' },
  {
    names: ['OCEAN__PROCESS_IN_QUEUE_MAX_WORKERS', 'OCEAN__PROCESS_EXECUTION_MODE'],
    why: 'one process reads, maps and writes side by side',
  },
  {
    names: [
      'OCEAN__LAKEHOUSE_ENABLED',
      'OCEAN__LAKEHOUSE_BUFFER_INTERVAL_SECONDS',
      'OCEAN__LAKEHOUSE_BUFFER_MAX_COUNT',
    ],
    why: "raw pages are not sent to Port's data lake",
  },
  { names: ['OCEAN__PROCESSING_MODE'], why: 'the mapping is evaluated here, not by Port' },
  {
    names: ['OCEAN__DISABLE_IP_OUTBOUND_BLOCKER'],
    why: 'only the addresses that the settings and Port name are called',
  },
  { names: ['OCEAN__ACTIONS_PROCESSOR'], why: "Port's actions are not carried out by this program" },
  { names: ['OCEAN__LIVE_EVENTS'], why: "live events come by Komodor's webhook; WEBHOOK_SECRET turns them on" },
  {
    names: ['OCEAN__SSL'],
    why: 'certificates are always checked; NODE_EXTRA_CA_CERTS adds an authority of your own',
  },
];

/** Whether a name is `branch` or below it: `OCEAN__SSL__PORT__VERIFY` is below `OCEAN__SSL`. */
export function isBelow(name: string, branch: string): boolean {
  return name === branch || name.startsWith(`${branch}__`);
}
