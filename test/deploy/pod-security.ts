import { z } from 'zod';
import type { Manifest } from './manifests.ts';

/**
 * The restricted Pod Security Standard (https://kubernetes.io/docs/concepts/security/pod-security-standards/), which a
 * namespace can ask for: what it would refuse of a pod.
 */

const security = z.looseObject({
  runAsNonRoot: z.boolean().optional(),
  runAsUser: z.number().optional(),
  privileged: z.boolean().default(false),
  allowPrivilegeEscalation: z.boolean().default(true),
  readOnlyRootFilesystem: z.boolean().default(false),
  procMount: z.string().default('Default'),
  capabilities: z
    .looseObject({ add: z.array(z.string()).default([]), drop: z.array(z.string()).default([]) })
    .default({ add: [], drop: [] }),
  seccompProfile: z.looseObject({ type: z.string() }).optional(),
  appArmorProfile: z.looseObject({ type: z.string() }).optional(),
  seLinuxOptions: z
    .looseObject({ type: z.string().optional(), user: z.string().optional(), role: z.string().optional() })
    .optional(),
  windowsOptions: z.looseObject({ hostProcess: z.boolean().default(false) }).optional(),
  sysctls: z.array(z.looseObject({ name: z.string() })).default([]),
});
type Security = z.infer<typeof security>;
const unset = security.parse({});

const container = z.looseObject({
  name: z.string(),
  securityContext: security.default(unset),
  resources: z
    .looseObject({ requests: z.looseObject({}).optional(), limits: z.looseObject({}).optional() })
    .default({}),
  ports: z.array(z.looseObject({ hostPort: z.number().default(0) })).default([]),
});
type Container = z.infer<typeof container>;

const podSpec = z.looseObject({
  securityContext: security.default(unset),
  containers: z.array(container),
  initContainers: z.array(container).default([]),
  ephemeralContainers: z.array(container).default([]),
  volumes: z.array(z.looseObject({ name: z.string() })).default([]),
  automountServiceAccountToken: z.boolean().default(true),
  hostNetwork: z.boolean().default(false),
  hostPID: z.boolean().default(false),
  hostIPC: z.boolean().default(false),
});
type PodSpec = z.infer<typeof podSpec>;

const pod = z.looseObject({ spec: podSpec });
const workload = z.looseObject({ spec: z.looseObject({ template: pod }) });
const cronJob = z.looseObject({ spec: z.looseObject({ jobTemplate: workload }) });

const VOLUMES = 'configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret'.split(' ');
const PROFILES: readonly (string | undefined)[] = ['RuntimeDefault', 'Localhost'];
const SELINUX_TYPES: readonly string[] = [
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
];
const SYSCTLS: readonly string[] = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];

/** What the standard would refuse of the pods of an object; empty when all is well, or when it has no pods. */
export function violationsIn(manifest: Manifest): readonly string[] {
  return foundIn(manifest, (spec) => [
    ...ofPod(spec),
    ...containersOf(spec).flatMap((each) => ofContainer(each, spec.securityContext)),
  ]);
}

/**
 * What the pods of an object may do and ours need not, though the standard allows it.
 * @param all everything that is applied with it: the token of Kubernetes is for pods that have rights there
 */
export function excessIn(manifest: Manifest, all: readonly Manifest[] = []): readonly string[] {
  const hasRights = all.some(({ kind }) => /^(Cluster)?RoleBinding$/.test(kind));
  return foundIn(manifest, (spec) => [
    ...(spec.automountServiceAccountToken && !hasRights ? ['a token of Kubernetes'] : []),
    ...containersOf(spec).flatMap(({ name, securityContext, resources: { requests, limits } }) => [
      ...(securityContext.readOnlyRootFilesystem ? [] : [`container ${name} can write to its root`]),
      ...(requests && limits ? [] : [`container ${name} has no requests or limits`]),
    ]),
  ]);
}

function containersOf(spec: PodSpec): readonly Container[] {
  return [...spec.containers, ...spec.initContainers, ...spec.ephemeralContainers];
}

function foundIn(manifest: Manifest, look: (spec: PodSpec) => readonly string[]): readonly string[] {
  const spec = podSpecOf(manifest);
  return (spec ? look(spec) : []).map((what) => `${manifest.kind} ${manifest.metadata.name}: ${what}`);
}

function podSpecOf(manifest: Manifest): PodSpec | undefined {
  if (manifest.kind === 'Pod') return pod.parse(manifest).spec;
  if (manifest.kind === 'CronJob') return cronJob.parse(manifest).spec.jobTemplate.spec.template.spec;
  if (/^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job)$/.test(manifest.kind)) {
    return workload.parse(manifest).spec.template.spec;
  }
  return undefined;
}

function ofPod(spec: PodSpec): readonly string[] {
  const { securityContext, volumes } = spec;
  return [
    ...(['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((key) => spec[key]),
    ...volumes
      .filter((volume) => !Object.keys(volume).some((key) => VOLUMES.includes(key)))
      .map(({ name }) => `volume ${name} is of a type that is not allowed`),
    ...securityContext.sysctls.filter(({ name }) => !SYSCTLS.includes(name)).map(({ name }) => `sysctl ${name}`),
    ...ofBoth(securityContext),
  ];
}

function ofContainer({ name, securityContext: own, ports }: Container, ofItsPod: Security): readonly string[] {
  const { add, drop } = own.capabilities;
  const seccomp = own.seccompProfile ?? ofItsPod.seccompProfile;
  const rules: readonly (readonly [boolean, string])[] = [
    [own.privileged, 'privileged'],
    [own.allowPrivilegeEscalation, 'allowPrivilegeEscalation is not false'],
    [!drop.includes('ALL'), 'capabilities.drop is without ALL'],
    [add.some((each) => each !== 'NET_BIND_SERVICE'), `capabilities.add: ${add.join(', ')}`],
    [(own.runAsNonRoot ?? ofItsPod.runAsNonRoot) !== true, 'runAsNonRoot is not true'],
    [!PROFILES.includes(seccomp?.type), 'seccompProfile.type is not RuntimeDefault or Localhost'],
    [own.procMount !== 'Default', 'procMount is not Default'],
    [ports.some(({ hostPort }) => hostPort !== 0), 'hostPort'],
  ];
  const broken = rules.filter(([isBroken]) => isBroken).map(([, rule]) => rule);
  return [...broken, ...ofBoth(own)].map((violation) => `container ${name}: ${violation}`);
}

/** Rules that hold for a pod's security context as for a container's. */
function ofBoth({ runAsUser, appArmorProfile, seLinuxOptions, windowsOptions }: Security): readonly string[] {
  const { type = '', user = '', role = '' } = seLinuxOptions ?? {};
  return [
    ...(runAsUser === 0 ? ['runAsUser is 0'] : []),
    ...(appArmorProfile?.type === 'Unconfined' ? ['appArmorProfile.type is Unconfined'] : []),
    ...(!SELINUX_TYPES.includes(type) || user !== '' || role !== '' ? ['seLinuxOptions'] : []),
    ...(windowsOptions?.hostProcess ? ['windowsOptions.hostProcess'] : []),
  ];
}
