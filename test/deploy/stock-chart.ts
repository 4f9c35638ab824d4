import type { Manifest } from './manifests.ts';

/**
 * What Port's own chart gives to its integration: port-ocean 0.21.0, by its documentation and as it was seen on a cluster.
 * These are facts about its output. The chart itself is not in this repository.
 */

export interface StockOptions {
  readonly kind: 'Deployment' | 'CronJob';
  readonly portUrl: string;
  readonly komodorUrl: string;
  /** `secret.create: false` with `secret.name`. */
  readonly existingSecrets?: readonly string[];
}

const IDENTIFIER = 'my-komodor-integration';
const PREFIX = `ocean-komodor-${IDENTIFIER}`;
const BROKERS = [1, 2, 3].map((number) => `b-${number}-public.kafka.example.com:9196`).join(',');

/** Variables of the ConfigMap by default, besides the addresses. */
const SETTINGS = {
  OCEAN__INITIALIZE_PORT_RESOURCES: 'true',
  OCEAN__SEND_RAW_DATA_EXAMPLES: 'true',
  OCEAN__ALLOW_ENVIRONMENT_VARIABLES_JQ_ACCESS: 'true',
  OCEAN__INTEGRATION__IDENTIFIER: IDENTIFIER,
  OCEAN__INTEGRATION__TYPE: 'komodor',
  OCEAN__PROCESS_EXECUTION_MODE: 'single_process',
  OCEAN__PROCESSING_MODE: 'dsp',
  OCEAN__STREAMING__ENABLED: 'false',
  OCEAN__LAKEHOUSE_ENABLED: 'true',
  OCEAN__ACTIONS_PROCESSOR__ENABLED: 'false',
};

const OF_THE_KIND = {
  Deployment: { OCEAN__EVENT_LISTENER: JSON.stringify({ brokers: BROKERS, type: 'KAFKA' }) },
  CronJob: {
    OCEAN__EVENT_LISTENER: JSON.stringify({ type: 'ONCE' }),
    OCEAN__SCHEDULED_RESYNC_INTERVAL: '0 */1 * * *',
  },
};

const CREDENTIALS = {
  OCEAN__PORT__CLIENT_ID: 'client-of-the-test',
  OCEAN__PORT__CLIENT_SECRET: 'secret-of-the-test',
  OCEAN__INTEGRATION__CONFIG__KOMODOR_API_KEY: 'key-of-the-test',
};

/** The objects of a release that matter to the program. */
export function stockChart({ kind, portUrl, komodorUrl, existingSecrets }: StockOptions): readonly Manifest[] {
  const secrets = existingSecrets ?? [`${PREFIX}-secret`];
  const data = {
    ...SETTINGS,
    ...OF_THE_KIND[kind],
    OCEAN__PORT__BASE_URL: portUrl,
    OCEAN__INTEGRATION__CONFIG__KOMODOR_BASE_URL: komodorUrl,
  };
  const base64 = Object.entries(CREDENTIALS).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: secrets[0] ?? '' } };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${PREFIX}-config` }, data },
    ...(existingSecrets ? [] : [{ ...secret, data: Object.fromEntries(base64) }]),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `${PREFIX}-service` },
      spec: { ports: [{ name: 'ocean-port', port: 8000 }] },
    },
    workload(kind, podTemplate(secrets)),
  ];
}

/** Its pods have one writable folder, and the addresses of all services in their environment. */
function podTemplate(secrets: readonly string[]) {
  return {
    metadata: { labels: { app: PREFIX } },
    spec: {
      restartPolicy: 'Always',
      containers: [
        {
          name: `${PREFIX}-container`,
          image: 'registry.example.com/komodor-port-integration:0.1.0',
          envFrom: [
            { configMapRef: { name: `${PREFIX}-config` } },
            ...secrets.map((name) => ({ secretRef: { name } })),
          ],
          ports: [{ containerPort: 8000 }],
          volumeMounts: [{ name: 'ocean-tmp', mountPath: '/tmp/ocean' }],
        },
      ],
      volumes: [{ name: 'ocean-tmp', emptyDir: {} }],
    },
  };
}

function workload(kind: StockOptions['kind'], template: object): Manifest {
  if (kind === 'Deployment') {
    return { apiVersion: 'apps/v1', kind, metadata: { name: `${PREFIX}-deployment` }, spec: { template } };
  }
  const jobTemplate = { spec: { backoffLimit: 0, template } };
  return { apiVersion: 'batch/v1', kind, metadata: { name: `${PREFIX}-cron-job` }, spec: { jobTemplate } };
}
