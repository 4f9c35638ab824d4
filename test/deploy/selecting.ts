import { z } from 'zod';
import { find, podOf, podsOf } from './chart.ts';
import type { Manifest } from './manifests.ts';

const labels = z.record(z.string(), z.string());
export const selector = z.looseObject({
  matchLabels: labels.default({}),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }))
    .default([]),
});
/** The spec of a manifest, as far as a test looks at it. */
export const specOf = <T>({ spec }: Manifest, of: z.ZodType<T>): T => of.parse(spec);

const port = z.looseObject({ port: z.union([z.number(), z.string()]), protocol: z.string().optional() });
const rule = z.looseObject({
  ports: z.array(port).default([]),
  from: z.array(z.looseObject({ podSelector: selector.optional() })).optional(),
  to: z.array(z.looseObject({ podSelector: selector.optional() })).optional(),
});
export const policy = z.looseObject({
  podSelector: selector,
  policyTypes: z.array(z.string()),
  ingress: z.array(rule).default([]),
  egress: z.array(rule).default([]),
});
export const service = z.looseObject({
  selector: labels,
  ports: z.array(z.looseObject({ name: z.string(), port: z.number(), targetPort: z.string() })),
});
const containerPorts = z.looseObject({
  ports: z.array(z.object({ name: z.string(), containerPort: z.number(), protocol: z.string() })),
});

/** The workloads whose pods a selector means. */
export function selected(manifests: readonly Manifest[], { matchLabels, matchExpressions }: z.infer<typeof selector>) {
  return podsOf(manifests)
    .filter(
      ([, pod]) =>
        Object.entries(matchLabels).every(([key, value]) => pod.metadata.labels[key] === value) &&
        matchExpressions.every(({ key, values }) => values.includes(pod.metadata.labels[key] ?? '')),
    )
    .map(([name]) => name)
    .sort();
}

export const bySelector = (matchLabels: Record<string, string>) => selector.parse({ matchLabels });

export function portsOf(manifests: readonly Manifest[], kind: string, name: string) {
  const [container] = podOf(find(manifests, kind, name))?.spec.containers ?? [];
  return containerPorts.parse(container).ports;
}

/** Everything that the chart has beside the service. */
export const ALL = {
  existingSecret: 'credentials',
  redis: { enabled: true, persistence: { enabled: true, storageClass: 'fast' }, auth: { existingSecret: 'redis' } },
  roles: { worker: { enabled: true } },
  resyncHook: { onInstall: true },
  networkPolicy: { enabled: true, ingress: { from: [{ namespaceSelector: { matchLabels: { a: 'monitoring' } } }] } },
  pdb: { enabled: true },
  metrics: {
    podMonitor: { enabled: true, interval: '1m', labels: { release: 'p' } },
    serviceMonitor: { enabled: true, labels: { release: 'p' } },
    prometheusRule: { enabled: true, labels: { release: 'p' } },
    dashboard: { enabled: true, annotations: { grafana_folder: 'Catalog' } },
  },
  otel: { enabled: true, endpoint: 'http://otel.monitoring:4318', existingSecret: { name: 'otel' } },
};
export const PODS = ['Deployment/komodor-port', 'Deployment/komodor-port-worker'];
