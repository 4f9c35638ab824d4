import { z } from 'zod';
import { ObjectSchema } from './api.ts';

/** What of a pod the lab carries out, as the API server gives it: defaults are filled in. */

const PortSchema = z.union([z.number(), z.string()]);

const ProbeSchema = z.looseObject({
  httpGet: z.looseObject({ path: z.string().default('/'), port: PortSchema }).optional(),
  tcpSocket: z.looseObject({ port: PortSchema }).optional(),
  exec: z.looseObject({ command: z.array(z.string()) }).optional(),
  initialDelaySeconds: z.number().default(0),
  periodSeconds: z.number().default(10),
  timeoutSeconds: z.number().default(1),
  successThreshold: z.number().default(1),
  failureThreshold: z.number().default(3),
});
export type Probe = z.infer<typeof ProbeSchema>;

const KeyRefSchema = z.looseObject({ name: z.string(), key: z.string(), optional: z.boolean().default(false) });
const NameRefSchema = z.looseObject({ name: z.string(), optional: z.boolean().default(false) });

const VariableSchema = z.looseObject({
  name: z.string(),
  value: z.string().default(''),
  valueFrom: z
    .looseObject({
      configMapKeyRef: KeyRefSchema.optional(),
      secretKeyRef: KeyRefSchema.optional(),
      fieldRef: z.looseObject({ fieldPath: z.string() }).optional(),
    })
    .optional(),
});
export type Variable = z.infer<typeof VariableSchema>;

const SecuritySchema = z.looseObject({
  runAsUser: z.number().optional(),
  runAsGroup: z.number().optional(),
  runAsNonRoot: z.boolean().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  allowPrivilegeEscalation: z.boolean().optional(),
  capabilities: z.looseObject({ drop: z.array(z.string()).default([]) }).optional(),
});

const PodSecuritySchema = SecuritySchema.extend({
  fsGroup: z.number().optional(),
  supplementalGroups: z.array(z.number()).default([]),
});

const MountSchema = z.looseObject({
  name: z.string(),
  mountPath: z.string(),
  subPath: z.string().default(''),
  readOnly: z.boolean().default(false),
});

const ContainerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  workingDir: z.string().optional(),
  env: z.array(VariableSchema).default([]),
  envFrom: z
    .array(
      z.looseObject({
        prefix: z.string().default(''),
        configMapRef: NameRefSchema.optional(),
        secretRef: NameRefSchema.optional(),
      }),
    )
    .default([]),
  ports: z.array(z.looseObject({ name: z.string().optional(), containerPort: z.number() })).default([]),
  volumeMounts: z.array(MountSchema).default([]),
  securityContext: SecuritySchema.default({}),
  startupProbe: ProbeSchema.optional(),
  readinessProbe: ProbeSchema.optional(),
  livenessProbe: ProbeSchema.optional(),
  lifecycle: z
    .looseObject({
      preStop: z
        .looseObject({
          exec: z.looseObject({ command: z.array(z.string()) }).optional(),
          sleep: z.looseObject({ seconds: z.number() }).optional(),
        })
        .optional(),
    })
    .optional(),
});
export type Container = z.infer<typeof ContainerSchema>;

const ItemsSchema = z.array(z.looseObject({ key: z.string(), path: z.string() })).optional();
const FilesSchema = { items: ItemsSchema, optional: z.boolean().default(false) };

const SourceSchema = z.looseObject({
  configMap: z.looseObject({ name: z.string(), ...FilesSchema }).optional(),
  secret: z.looseObject({ name: z.string(), ...FilesSchema }).optional(),
  serviceAccountToken: z
    .looseObject({ path: z.string(), audience: z.string().optional(), expirationSeconds: z.number().optional() })
    .optional(),
  downwardAPI: z
    .looseObject({
      items: z.array(
        z.looseObject({ path: z.string(), fieldRef: z.looseObject({ fieldPath: z.string() }).optional() }),
      ),
    })
    .optional(),
});
export type Source = z.infer<typeof SourceSchema>;

const ModeSchema = z.number().default(0o644);

const VolumeSchema = z.looseObject({
  name: z.string(),
  emptyDir: z.looseObject({}).optional(),
  configMap: z.looseObject({ name: z.string(), defaultMode: ModeSchema, ...FilesSchema }).optional(),
  secret: z.looseObject({ secretName: z.string(), defaultMode: ModeSchema, ...FilesSchema }).optional(),
  projected: z.looseObject({ sources: z.array(SourceSchema).default([]), defaultMode: ModeSchema }).optional(),
  downwardAPI: SourceSchema.shape.downwardAPI,
  persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
});
export type Volume = z.infer<typeof VolumeSchema>;

export const PodSchema = ObjectSchema.extend({
  spec: z.looseObject({
    nodeName: z.string().default(''),
    serviceAccountName: z.string().default('default'),
    restartPolicy: z.enum(['Always', 'OnFailure', 'Never']).default('Always'),
    enableServiceLinks: z.boolean().default(true),
    terminationGracePeriodSeconds: z.number().default(30),
    securityContext: PodSecuritySchema.default({ supplementalGroups: [] }),
    volumes: z.array(VolumeSchema).default([]),
    initContainers: z.array(ContainerSchema).default([]),
    containers: z.array(ContainerSchema),
  }),
  status: z.looseObject({ phase: z.string().default('Pending') }).default({ phase: 'Pending' }),
});
export type Pod = z.infer<typeof PodSchema>;

/** A container cannot be made as its pod wants it: something that it names is not there. */
export class ConfigError extends Error {}

/** The value of a field that a pod may be told about itself. */
export function fieldOf(pod: Pod, podIp: string, path: string): string {
  const { metadata, spec } = pod;
  const [, list, key = ''] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path) ?? [];
  if (list !== undefined) return (list === 'labels' ? metadata.labels : metadata.annotations)[key] ?? '';
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName,
    'status.podIP': podIp,
    'status.hostIP': podIp,
  };
  const value = fields[path];
  if (value === undefined) throw new ConfigError(`The lab knows no field ${path}.`);
  return value;
}
