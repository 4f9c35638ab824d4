import { setting } from './setting-info.ts';
import {
  flag,
  hookAddress,
  hookAddresses,
  integer,
  listenAddress,
  oneOf,
  proxies,
  token,
  webAddress,
} from './setting-values.ts';

/** How the process listens and logs. */
export const serverSettings = {
  httpHost: setting(
    'Server',
    'HTTP_HOST',
    {
      default: '0.0.0.0',
      description: 'Address to listen on. `0.0.0.0` and `::`: all there are, IPv6 and IPv4.',
    },
    listenAddress(),
  ),
  httpPort: setting(
    'Server',
    'HTTP_PORT',
    { ocean: ['APPLICATION__PORT'], default: '8000', description: 'Port to listen on.' },
    integer(0, 65_535),
  ),
  publicUrl: setting(
    'Server',
    'PUBLIC_URL',
    {
      ocean: ['OCEAN__BASE_URL', 'OCEAN__EVENT_LISTENER__APP_HOST'],
      default: null,
      description: 'Address at which others reach this service. Required by `EVENT_LISTENER=WEBHOOK`.',
    },
    webAddress().optional(),
  ),
  trustProxy: setting(
    'Server',
    'TRUST_PROXY',
    {
      default: 'false',
      description:
        'Whose `X-Forwarded-For`, `-Host` and `-Proto` are believed: nobody (`false`), every caller (`true`), or proxies by address or range, separated by commas.',
    },
    proxies(),
  ),
  apiToken: setting(
    'Server',
    'API_TOKEN',
    {
      default: null,
      secret: true,
      description:
        'Bearer token for every request that changes something. Unset: those answer 403 unless bound to loopback.',
    },
    token().optional(),
  ),
  webhookSecret: setting(
    'Server',
    'WEBHOOK_SECRET',
    { default: null, secret: true, description: "Secret of Komodor's webhook. Unset: the webhook answers 503." },
    token().optional(),
  ),
  role: setting(
    'Server',
    'ROLE',
    { default: 'all', description: '`all`, `server` (HTTP only) or `worker` (runs, schedule and polling; HTTP too).' },
    oneOf(['all', 'server', 'worker']),
  ),
  runHistory: setting(
    'Server',
    'RUN_HISTORY',
    {
      default: 'values',
      description:
        'What is kept of each change of a run: `values` (old and new), `names` of the changed fields, or nothing (`off`).',
    },
    oneOf(['values', 'names', 'off']),
  ),
  runHistoryRuns: setting(
    'Server',
    'RUN_HISTORY_RUNS',
    { default: '20', description: 'How many runs that changed something keep their changes.' },
    integer(1, 1_000),
  ),
  logLevel: setting(
    'Logs',
    'LOG_LEVEL',
    {
      ocean: ['APPLICATION__LOG_LEVEL'],
      default: 'info',
      description: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
    },
    oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent', 'warning', 'critical']).transform((level) =>
      level === 'warning' ? 'warn' : level === 'critical' ? 'fatal' : level,
    ),
  ),
  logFormat: setting(
    'Logs',
    'LOG_FORMAT',
    { default: 'auto', description: '`json`, `pretty`, or `auto`: pretty on a terminal.' },
    oneOf(['auto', 'json', 'pretty']),
  ),
  sendLogsToPort: setting(
    'Logs',
    'SEND_LOGS_TO_PORT',
    {
      ocean: ['APPLICATION__ENABLE_HTTP_LOGGING'],
      default: 'true',
      description: "Show the log on Port's page of the data source.",
    },
    flag(),
  ),
  metricsWebhookUrl: setting(
    'Server',
    'METRICS_WEBHOOK_URL',
    {
      ocean: ['OCEAN__METRICS__WEBHOOK_URL'],
      default: null,
      secret: true,
      description:
        'Gets a POST with how each part of a resync ended, in the form of Port Ocean ([metrics.md](metrics.md#metrics-by-webhook)).',
    },
    hookAddress().optional(),
  ),
  notifyUrl: setting(
    'Server',
    'NOTIFY_URL',
    {
      default: null,
      secret: true,
      description:
        'Who is told when the status changes: an address that gets a POST, or several separated by commas ([notify.md](notify.md)).',
    },
    hookAddresses().optional(),
  ),
  notifySecret: setting(
    'Server',
    'NOTIFY_SECRET',
    { default: null, secret: true, description: 'Signs these POSTs: `X-Signature` is the HMAC-SHA256 of the body.' },
    token().optional(),
  ),
  metricsWebhook: setting(
    'Server',
    'METRICS_WEBHOOK',
    {
      ocean: ['OCEAN__METRICS__ENABLED'],
      default: 'true',
      description: '`false`: nothing is posted to METRICS_WEBHOOK_URL. `/metrics` is there in either case.',
    },
    flag(),
  ),
};
