import { describe, expect, it } from 'vitest';
import { excessIn, violationsIn } from './pod-security.ts';

const SECURE = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};
const meta = { metadata: { name: 'x' } };
const pod = (spec: object = {}, own: object = {}, more: object = {}) => ({
  spec: { containers: [{ name: 'c', securityContext: { ...SECURE, ...own }, ...more }], ...spec },
});

describe('the restricted Pod Security Standard', () => {
  it.each([
    ['Pod', pod()],
    ['Deployment', { spec: { template: pod() } }],
    ['StatefulSet', { spec: { template: pod() } }],
    ['Job', { spec: { template: pod() } }],
    ['CronJob', { spec: { jobTemplate: { spec: { template: pod() } } } }],
    ['ConfigMap', {}],
  ])('takes a %s that keeps to it', (kind, object) => {
    expect(violationsIn({ apiVersion: 'v1', kind, ...meta, ...object })).toEqual([]);
  });

  it('takes what the pod says for its containers', () => {
    const { runAsNonRoot, seccompProfile, ...own } = SECURE;
    const spec = {
      securityContext: { runAsNonRoot, seccompProfile },
      containers: [{ name: 'c', securityContext: own }],
    };
    expect(violationsIn({ apiVersion: 'v1', kind: 'Pod', ...meta, spec })).toEqual([]);
  });

  it.each([
    ['hostNetwork', pod({ hostNetwork: true })],
    ['hostPID', pod({ hostPID: true })],
    ['hostIPC', pod({ hostIPC: true })],
    ['volume v is of a type', pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] })],
    ['sysctl kernel.msgmax', pod({ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } })],
    ['runAsUser is 0', pod({ securityContext: { runAsUser: 0 } })],
    ['container c: runAsUser is 0', pod({}, { runAsUser: 0 })],
    ['container c: privileged', pod({}, { privileged: true })],
    ['allowPrivilegeEscalation is not false', pod({}, { allowPrivilegeEscalation: undefined })],
    ['capabilities.drop is without ALL', pod({}, { capabilities: { drop: ['NET_RAW'] } })],
    ['capabilities.add: SYS_ADMIN', pod({}, { capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } })],
    ['runAsNonRoot is not true', pod({}, { runAsNonRoot: false })],
    ['seccompProfile.type', pod({}, { seccompProfile: { type: 'Unconfined' } })],
    ['seccompProfile.type', pod({}, { seccompProfile: undefined })],
    ['procMount', pod({}, { procMount: 'Unmasked' })],
    ['hostPort', pod({}, {}, { ports: [{ containerPort: 1, hostPort: 1 }] })],
    ['appArmorProfile.type is Unconfined', pod({}, { appArmorProfile: { type: 'Unconfined' } })],
    ['seLinuxOptions', pod({}, { seLinuxOptions: { type: 'spc_t' } })],
    ['windowsOptions.hostProcess', pod({}, { windowsOptions: { hostProcess: true } })],
    ['container i: runAsNonRoot', pod({ initContainers: [{ name: 'i' }] })],
  ])('refuses: %s', (words, object) => {
    expect(violationsIn({ apiVersion: 'v1', kind: 'Pod', ...meta, ...object }).join('\n')).toContain(words);
  });
});

describe('what our pods may do and need not', () => {
  const own = { readOnlyRootFilesystem: true };
  const more = { resources: { requests: {}, limits: {} } };
  const excessOf = (object: object) => excessIn({ apiVersion: 'v1', kind: 'Pod', ...meta, ...object }).join('\n');

  it('is not a token of Kubernetes where they have rights', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', ...meta, ...pod({}, own, more) };
    expect(excessIn(object, [object, { apiVersion: 'v1', kind: 'RoleBinding', ...meta }])).toEqual([]);
  });

  it('is nothing', () => expect(excessOf(pod({ automountServiceAccountToken: false }, own, more))).toBe(''));

  it.each([
    ['a token of Kubernetes', pod({}, own, more)],
    ['can write to its root', pod({ automountServiceAccountToken: false }, {}, more)],
    ['has no requests or limits', pod({ automountServiceAccountToken: false }, own)],
  ])('would be noticed: %s', (words, object) => expect(excessOf(object)).toContain(words));
});
