// What values.yaml cannot say about the chart's values: their types, the names that are accepted, and wrong names with the right one.

const text = { type: 'string' };
const whole = { type: 'integer', minimum: 0 };
const object = { type: 'object' };
const nameOrNames = { type: ['string', 'array'], items: text };
const wholeOrShare = { type: ['integer', 'string', 'null'] };
const oneOf = (...words) => ({ enum: words });

/** Values whose type is not that of their default. */
export const TYPES = {
  image: { type: ['object', 'string'] },
  'image.tag': { type: ['string', 'number'] },
  imagePullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
  existingSecret: nameOrNames,
  'secret.name': { ...nameOrNames, type: ['string', 'array', 'null'] },
  'externalSecret.apiVersion': oneOf('external-secrets.io/v1', 'external-secrets.io/v1beta1'),
  'externalSecret.storeRef.kind': oneOf('SecretStore', 'ClusterSecretStore'),
  'externalSecret.remoteKeys': { additionalProperties: { type: ['object', 'null'], required: ['key'] } },
  'integration.type': { type: 'string', pattern: '^([Kk]omodor)?$' },
  'integration.eventListener.type': oneOf('POLLING', 'WEBHOOK', 'ONCE', 'WEBHOOKS_ONLY', 'KAFKA'),
  // YAML reads an unquoted off as false.
  scheduledResyncInterval: { type: ['string', 'integer', 'null', 'boolean'], minimum: 0, not: { const: true } },
  clientTimeout: { type: ['integer', 'null'], minimum: 0 },
  'mapping.source': oneOf('', 'port', 'file'),
  'mapping.files': { type: 'object', propertyNames: { pattern: '^[A-Za-z0-9._-]+\\.(ya?ml|json)$' } },
  'blueprints.files': { type: 'object', propertyNames: { pattern: '^[A-Za-z0-9._-]+\\.(ya?ml|json)$' } },
  'catalog.files': { type: 'object', propertyNames: { pattern: '^[A-Za-z0-9._-]+\\.(ya?ml|json)$' } },
  'catalog.gitSync.ref': { type: ['string', 'number'] },
  'catalog.gitSync.period': { type: 'string', pattern: '^([0-9.]+(ms|s|m|h))+$' },
  'kubernetes.rbac.extraKinds': { type: 'array', items: { type: 'string', pattern: '^([^/]+/)?[^/]+/[^/]+$' } },
  'history.mode': { type: ['string', 'boolean'], enum: ['values', 'names', 'off', false] },
  'workload.kind': oneOf('Deployment', 'CronJob'),
  'workload.deployment.rolloutStrategy': { type: ['string', 'object'] },
  'workload.cron.resyncTimeoutMinutes': { type: ['integer', 'null'], minimum: 0 },
  scheduleConcurrencyPolicy: oneOf('Forbid', 'Replace', 'Allow'),
  'service.type': oneOf('ClusterIP', 'NodePort', 'LoadBalancer'),
  'ingress.host': { type: ['string', 'null'] },
  'ingress.pathType': oneOf('Prefix', 'Exact', 'ImplementationSpecific'),
  'podServiceAccount.name': { type: ['string', 'null'] },
  'pdb.maxUnavailable': wholeOrShare,
  'pdb.minAvailable': wholeOrShare,
};

/** Blocks with the names of Kubernetes or of the user: every key is accepted. */
export const OPEN = [
  'externalSecret.remoteKeys',
  'podSecurityContext',
  'containerSecurityContext',
  'resources',
  'redis.resources',
  'catalog.gitSync.resources',
  'integration.eventListener',
  // Of Port's own chart, which has a whole deployment of it.
  'liveEvents',
];

const PROBE = ['successThreshold', 'terminationGracePeriodSeconds'];

/** Names that are accepted besides those of values.yaml. */
export const ALSO = {
  // Whoever has this chart as a dependency sets these.
  '': { global: object, enabled: { type: 'boolean' } },
  startupProbe: { initialDelaySeconds: whole, ...probe(), httpGet: object, exec: object },
  livenessProbe: { ...probe(), httpGet: object, exec: object },
  readinessProbe: { ...probe(), httpGet: object, exec: object },
};

function probe() {
  return Object.fromEntries(PROBE.map((name) => [name, whole]));
}

/** Names that people write, and the ones that they mean. */
export const WRONG = {
  securityContext: 'podSecurityContext or containerSecurityContext',
  useExistingSecret: 'existingSecret, with the name of the Secret',
  existingSecrets: 'existingSecret, which takes a list as well',
  externalSecrets: 'externalSecret',
  serviceAccount: 'podServiceAccount',
  replicaCount: 'workload.deployment.replicas',
  replicas: 'workload.deployment.replicas',
  worker: 'roles.worker',
  env: 'extraEnv, or settings for settings of the service',
  envFrom: 'extraEnvFrom',
  volumes: 'extraVolumes',
  volumeMounts: 'extraVolumeMounts',
  initContainers: 'extraInitContainers',
  labels: 'extraLabels',
  podLabels: 'extraLabels',
  commonLabels: 'extraLabels',
  annotations: 'podAnnotations or deploymentAnnotations',
  config: 'integration.config or settings',
  eventListener: 'integration.eventListener',
  resyncInterval: 'scheduledResyncInterval',
  cron: 'workload.cron',
  rolloutStrategy: 'workload.deployment.rolloutStrategy',
  podMonitor: 'metrics.podMonitor',
  serviceMonitor: 'metrics.serviceMonitor',
  prometheusRule: 'metrics.prometheusRule',
  dashboard: 'metrics.dashboard',
  podDisruptionBudget: 'pdb',
  komodor: 'integration.secrets.komodorApiKey and integration.config.komodorBaseUrl',
  rbac: 'kubernetes.rbac',
  clusterRole: 'kubernetes.rbac',
  gitSync: 'catalog.gitSync',
  clusterName: 'kubernetes.clusterName',
  'kubernetes.extraKinds': 'kubernetes.rbac.extraKinds',
  'kubernetes.cluster': 'kubernetes.clusterName',
  'catalog.configMap': 'catalog.existingConfigMap, with the name of the ConfigMap',
  'catalog.repository': 'catalog.gitSync.repository',
  'catalog.gitSync.repo': 'catalog.gitSync.repository',
  'catalog.gitSync.url': 'catalog.gitSync.repository',
  'catalog.gitSync.branch': 'catalog.gitSync.ref',
  'catalog.gitSync.path': 'catalog.path',
  'catalog.gitSync.interval': 'catalog.gitSync.period',
  'catalog.gitSync.existingSecret': 'catalog.gitSync.secret.name',
  'secret.useExistingSecret': 'existingSecret, with the name of the Secret',
  'secret.existingSecret': 'existingSecret, at the top level',
  'image.registry': 'imageRegistry',
  'image.name': 'image.repository',
  'image.version': 'image.tag',
  'image.pullPolicy': 'imagePullPolicy',
  'image.pullSecrets': 'imagePullSecrets',
  'port.url': 'port.baseUrl',
  'integration.komodorApiKey': 'integration.secrets.komodorApiKey',
  'integration.komodorBaseUrl': 'integration.config.komodorBaseUrl',
  'workload.replicas': 'workload.deployment.replicas',
  'workload.deployment.replicaCount': 'workload.deployment.replicas',
  'workload.cron.schedule': 'scheduledResyncInterval',
  'settings.HTTP_PORT': 'service.port for the port that others use; the container listens on 8000',
  'settings.ROLE': 'roles.worker.enabled',
};

/** Variables that `settings` takes besides the service's own settings: Ocean's names, and what Node.js and OpenTelemetry read. */
export const OTHER_SETTINGS =
  '^(OCEAN|APPLICATION)__|^OTEL_|^NODE_|^(HTTPS?|NO|ALL)_PROXY$|^(https?|no|all)_proxy$|^TZ$';
