import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WITHOUT_EFFECT } from '../../src/config/ocean-names.ts';
import { loadOfflineSettings, loadSettings, SettingsError } from '../../src/config/settings.ts';
import { listSettings } from '../../src/config/settings-schema.ts';
import { folderWith } from './temporary-folder.ts';

const CANARY = 'canary-4711';

function warningsOf(env: Record<string, string>): readonly string[] {
  const { warnings } = loadOfflineSettings(env, { dotenvPath: '/dev/null' });
  for (const warning of warnings) expect(warning).not.toContain(CANARY);
  return warnings;
}

/** Everything that Port Ocean's settings know, as its own reference lists it. */
const OCEANS = `APPLICATION__LOG_LEVEL APPLICATION__PORT APPLICATION__ENABLE_HTTP_LOGGING OCEAN__PORT__CLIENT_ID
  OCEAN__PORT__CLIENT_SECRET OCEAN__PORT__BASE_URL OCEAN__PORT__PORT_APP_CONFIG_CACHE_TTL
  OCEAN__PORT__FEATURE_FLAGS_CACHE_TTL_SECONDS OCEAN__PORT__BLUEPRINT_CACHE_TTL_SECONDS OCEAN__INTEGRATION__IDENTIFIER
  OCEAN__INTEGRATION__TYPE OCEAN__INTEGRATION__CONFIG__KOMODOR_API_KEY OCEAN__INTEGRATION__CONFIG__KOMODOR_BASE_URL
  OCEAN__INTEGRATION__CONFIG__KOMODOR_TOKEN OCEAN__INTEGRATION__INCREMENTAL_SYNC_ENABLED
  OCEAN__INTEGRATION__INCREMENTAL_SYNC_INTERVAL OCEAN__EVENT_LISTENER__TYPE OCEAN__EVENT_LISTENER__INTERVAL
  OCEAN__EVENT_LISTENER__RESYNC_ON_START OCEAN__EVENT_LISTENER__BROKERS OCEAN__EVENT_LISTENER__SECURITY_PROTOCOL
  OCEAN__EVENT_LISTENER__AUTHENTICATION_MECHANISM OCEAN__EVENT_LISTENER__KAFKA_SECURITY_ENABLED
  OCEAN__EVENT_LISTENER__CONSUMER_POLL_TIMEOUT OCEAN__EVENT_LISTENER__APP_HOST OCEAN__INITIALIZE_PORT_RESOURCES
  OCEAN__CREATE_PORT_RESOURCES_ORIGIN OCEAN__RESOURCES_PATH OCEAN__SCHEDULED_RESYNC_INTERVAL
  OCEAN__STATUS_HEARTBEAT_INTERVAL_SECONDS OCEAN__CLIENT_TIMEOUT OCEAN__SEND_RAW_DATA_EXAMPLES
  OCEAN__ALLOW_ENVIRONMENT_VARIABLES_JQ_ACCESS OCEAN__OAUTH_ACCESS_TOKEN_FILE_PATH OCEAN__BASE_URL OCEAN__PATH_PREFIX
  OCEAN__EVENT_WORKERS_COUNT OCEAN__EVENTS_DEBUG_LOGGING OCEAN__MAX_EVENT_PROCESSING_SECONDS
  OCEAN__MAX_WAIT_SECONDS_BEFORE_SHUTDOWN OCEAN__RUNTIME OCEAN__METRICS__ENABLED OCEAN__METRICS__WEBHOOK_URL
  OCEAN__CACHING_STORAGE_MODE OCEAN__UPSERT_ENTITIES_BATCH_MAX_LENGTH OCEAN__UPSERT_ENTITIES_BATCH_MAX_SIZE_IN_BYTES
  OCEAN__DELETE_ENTITIES_MAX_BATCH_SIZE OCEAN__YIELD_ITEMS_TO_PARSE_BATCH_SIZE OCEAN__PROCESS_IN_QUEUE_TIMEOUT
  OCEAN__PROCESS_IN_QUEUE_MAX_WORKERS OCEAN__PROCESS_EXECUTION_MODE OCEAN__LAKEHOUSE_ENABLED
  OCEAN__LAKEHOUSE_BUFFER_INTERVAL_SECONDS OCEAN__LAKEHOUSE_BUFFER_MAX_COUNT OCEAN__PROCESSING_MODE
  OCEAN__DISABLE_IP_OUTBOUND_BLOCKER OCEAN__STREAMING__ENABLED OCEAN__STREAMING__MAX_BUFFER_SIZE_MB
  OCEAN__STREAMING__CHUNK_SIZE OCEAN__STREAMING__LOCATION OCEAN__ACTIONS_PROCESSOR__ENABLED
  OCEAN__LIVE_EVENTS__REDIS_URL OCEAN__LIVE_EVENTS__IS_REDIS_STREAM_CONSUMER_ENABLED OCEAN__SSL__PORT__VERIFY
  OCEAN__SSL__PORT__X509__STRICT OCEAN__SSL__THIRD_PARTY__VERIFY OCEAN__SSL__THIRD_PARTY__X509__STRICT`.split(/\s+/);
const honoured = listSettings().flatMap(({ oceanNames }) => oceanNames);

describe('a setting of Port Ocean', () => {
  it.each(OCEANS)('%s is honoured, or named once with the reason', (name) => {
    if (honoured.includes(name)) return;
    const [warning, ...others] = warningsOf({ [name]: CANARY });
    expect(others).toEqual([]);
    expect(warning).toMatch(new RegExp(`^${name} has no effect here: \\S.{15,}\\.$`));
    expect(warningsOf({ [name.toLowerCase()]: CANARY })).toHaveLength(1);
  });

  it.each(honoured)('%s with a slip is named, with what was meant', (name) => {
    expect(warningsOf({ [`${name}X`]: CANARY })).toEqual([expect.stringContaining(`did you mean ${name}?`)]);
  });

  it('that nobody knows is named too', () => {
    expect(warningsOf({ OCEAN__WHATEVER: CANARY, APPLICATION__COLOUR: CANARY })).toHaveLength(2);
  });

  it('is looked for inside of JSON', () => {
    const env = {
      OCEAN__EVENT_LISTENER: '{"type":"POLLING","brokers":"canary-4711","intervall":60}',
      OCEAN__STREAMING: '{"enabled":true}',
    };
    const warnings = warningsOf(env);
    expect(warnings).toHaveLength(3);
    expect(warnings.join('\n')).toContain('OCEAN__EVENT_LISTENER__BROKERS (in OCEAN__EVENT_LISTENER)');
    expect(warnings.join('\n')).toContain('did you mean OCEAN__EVENT_LISTENER__INTERVAL?');
  });

  it('shares one sentence with others that have the same reason', () => {
    expect(warningsOf({ OCEAN__SSL__PORT__VERIFY: 'false', OCEAN__SSL__THIRD_PARTY__VERIFY: 'false' })).toEqual([
      expect.stringMatching(/^OCEAN__SSL__PORT__VERIFY, OCEAN__SSL__THIRD_PARTY__VERIFY have no effect here: /),
    ]);
  });

  it('is nothing to speak of when it says what is so anyway', () => {
    expect(warningsOf({ OCEAN__INTEGRATION__TYPE: 'Komodor' })).toEqual([]);
  });

  it('has no reason twice, and none that is honoured', () => {
    const names = WITHOUT_EFFECT.flatMap((one) => one.names);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => honoured.includes(name))).toEqual([]);
  });
});

describe('a mistyped setting', () => {
  const ours = listSettings().map(({ name }) => name);
  const slips = ours.flatMap((name) => [
    [`${name}S`, name] as const,
    [name.replace(/(.)(.)$/, '$2$1'), name] as const,
    [name.toLowerCase(), name] as const,
    ...(name.includes('_') ? [[name.replace('_', ''), name] as const, [`${name}_FILE`, name] as const] : []),
  ]);
  const real = slips.filter(
    ([slip, name]) =>
      !ours.includes(slip) && (name.length > 4 || slip.length !== name.length || slip !== slip.toUpperCase()),
  );

  it.each(real)('%s is named, and what was meant: %s', (slip, name) => {
    const [warning, ...others] = warningsOf({ [slip]: CANARY });
    expect(others).toEqual([]);
    // METRICS_WEBHOOK_S is as near to one as to another.
    expect(warning).toMatch(/^\S+ is no setting and has no effect \(did you mean \w+\?\)\.$/);
    if (!name.startsWith('METRICS_WEBHOOK')) expect(warning).toContain(`did you mean ${name}?`);
  });

  it.each(['KOMODOR_APIKEY', 'RESYNC_INTERVALL', 'OCEAN__PORT__CLIENT_IDD', 'KOMODOR_KEY', 'OCEAN_PORT_CLIENT_ID'])(
    '%s is named',
    (name) => expect(warningsOf({ [name]: CANARY })).toEqual([expect.stringContaining(name)]),
  );

  it('is told where a required one is missing, and in .env', () => {
    const dotenvPath = join(folderWith({}), '.env');
    writeFileSync(dotenvPath, `KOMODOR_APIKEY=${CANARY}\n`);
    try {
      loadSettings({}, { dotenvPath });
      expect.unreachable();
    } catch (error) {
      expect(error instanceof SettingsError && error.hints).toEqual([
        'KOMODOR_APIKEY is no setting and has no effect (did you mean KOMODOR_API_KEY?).',
      ]);
    }
  });

  it('is not seen in what systems, shells and Kubernetes set', () => {
    const usual = `PATH HOME HOSTNAME USER LOGNAME SHELL TERM LANG LC_ALL PWD OLDPWD SHLVL TMPDIR TZ EDITOR PAGER MAIL
      NODE_ENV NODE_OPTIONS NODE_PATH NODE_VERSION NODE_EXTRA_CA_CERTS HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy
      no_proxy CI DEBUG PORT HOST API_KEY LOG_DIR GITHUB_TOKEN GITHUB_ACTIONS NPM_TOKEN npm_config_cache YARN_VERSION
      KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_SERVICE_PORT_HTTPS KUBERNETES_PORT
      KUBERNETES_PORT_443_TCP KUBERNETES_PORT_443_TCP_PROTO KUBERNETES_PORT_443_TCP_ADDR KOMODOR_PORT_SERVICE_HOST
      KOMODOR_PORT_SERVICE_PORT KOMODOR_PORT_SERVICE_PORT_HTTP KOMODOR_PORT_PORT_8000_TCP KOMODOR_PORT_PORT_8000_TCP_ADDR
      REDIS_SERVICE_HOST REDIS_PORT_6379_TCP OTEL_EXPORTER_OTLP_ENDPOINT OTEL_SERVICE_NAME AWS_ROLE_ARN AWS_REGION
      COLORTERM NO_COLOR FORCE_COLOR SSL_CERT_FILE JAVA_HOME XDG_RUNTIME_DIR DISPLAY SSH_AUTH_SOCK`.split(/\s+/);
    expect(warningsOf(Object.fromEntries(usual.map((name) => [name, '1'])))).toEqual([]);
    expect(warningsOf({ KOMODOR_PORT_PORT: 'tcp://10.0.0.1:8000', REDIS_PORT: 'tcp://10.0.0.1:6379' })).toEqual([]);
  });
});

describe('a setting under two names', () => {
  const TWICE = { RESYNC_INTERVAL: '30m', OCEAN__SCHEDULED_RESYNC_INTERVAL: '60' };

  it('is taken from ours, and that is said', () => {
    expect(warningsOf(TWICE)).toEqual([
      'OCEAN__SCHEDULED_RESYNC_INTERVAL does not set RESYNC_INTERVAL: RESYNC_INTERVAL is set too, to something else, and comes first.',
    ]);
    expect(loadOfflineSettings(TWICE, { dotenvPath: '/dev/null' }).resyncIntervalMs).toBe(30 * 60_000);
  });

  it('needs no word when both say the same', () => {
    expect(warningsOf({ LOG_LEVEL: 'debug', APPLICATION__LOG_LEVEL: 'debug' })).toEqual([]);
  });
});

describe('a name that only begins like one of ours', () => {
  it.each(['MAPPING_FILE', 'PORT_SECRET', 'PORT_API_URL', 'PORT_REGION', 'INTEGRATION_ID', 'KOMODOR_WHATEVER'])(
    'is named: %s',
    (name) => {
      expect(warningsOf({ [name]: CANARY })).toEqual([
        expect.stringMatching(`^${name} is no setting and has no effect`),
      ]);
    },
  );
});
