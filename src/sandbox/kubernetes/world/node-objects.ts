import { createRandom } from '../../random.ts';
import type { KubernetesObject } from '../model.ts';
import { ago, type Setting, uidFor } from './setting.ts';

const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'] as const;
const SIZES = [
  ['m6i.xlarge', '4', '16374412Ki'],
  ['m6i.2xlarge', '8', '32748824Ki'],
  ['r6g.2xlarge', '8', '65497648Ki'],
] as const;

/** The name of node number `at`. */
export function nodeName(at: number): string {
  return `ip-10-0-${Math.floor(at / 250)}-${(at % 250) + 4}.eu-central-1.compute.internal`;
}

export function namespaceObject(setting: Setting, name: string): KubernetesObject {
  const labels = { 'kubernetes.io/metadata.name': name, ...(!name.includes('-') && { team: `team-${name}` }) };
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid: uidFor(setting, 'Namespace', name), creationTimestamp: ago(setting, 400 * 86_400), labels },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

export function nodeObject(setting: Setting, name: string, at: number): KubernetesObject {
  const random = createRandom(setting.seed, setting.cluster, 'node', at);
  const [type, cpu, memory] = random.pick(SIZES);
  const zone = ZONES[at % ZONES.length] ?? ZONES[0];
  const architecture = type.startsWith('r6g') ? 'arm64' : 'amd64';
  const isReady = !random.chance(0.01);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: uidFor(setting, 'Node', name),
      creationTimestamp: ago(setting, random.int(3_600, 90 * 86_400)),
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': architecture,
        'node.kubernetes.io/instance-type': type,
        'topology.kubernetes.io/region': 'eu-central-1',
        'topology.kubernetes.io/zone': zone,
      },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: {
      podCIDR: `10.${1 + (at >> 8)}.${at & 255}.0/24`,
      providerID: `aws:///${zone}/i-${random.uuid().slice(0, 8)}`,
    },
    status: {
      capacity: { cpu, memory, pods: '110', 'ephemeral-storage': '83873772Ki' },
      allocatable: { cpu, memory, pods: '110', 'ephemeral-storage': '76224326324' },
      conditions: [
        condition(setting, 'MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
        condition(setting, 'DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
        condition(setting, 'PIDPressure', 'False', 'KubeletHasSufficientPID'),
        condition(setting, 'Ready', isReady ? 'True' : 'Unknown', isReady ? 'KubeletReady' : 'NodeStatusUnknown'),
      ],
      addresses: [
        { type: 'InternalIP', address: `10.0.${Math.floor(at / 250)}.${(at % 250) + 4}` },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: {
        architecture,
        containerRuntimeVersion: 'containerd://2.1.4',
        kernelVersion: '6.12.40',
        kubeletVersion: 'v1.36.3',
        operatingSystem: 'linux',
        osImage: 'Amazon Linux 2023.9',
      },
    },
  };
}

function condition(setting: Setting, type: string, status: string, reason: string) {
  return { type, status, reason, lastHeartbeatTime: ago(setting, 30), lastTransitionTime: ago(setting, 86_400) };
}
