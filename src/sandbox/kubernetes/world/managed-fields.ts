// Who last set which fields: a large part of every real object. Objects of one make share one list of them.

const SPEC = {
  'f:spec': {
    'f:progressDeadlineSeconds': {},
    'f:revisionHistoryLimit': {},
    'f:selector': {},
    'f:template': {
      'f:metadata': { 'f:labels': { '.': {}, 'f:app.kubernetes.io/name': {}, 'f:app.kubernetes.io/instance': {} } },
      'f:spec': {
        'f:containers': {
          'k:{"name":"app"}': {
            '.': {},
            'f:env': {},
            'f:image': {},
            'f:imagePullPolicy': {},
            'f:livenessProbe': { 'f:httpGet': { 'f:path': {}, 'f:port': {} } },
            'f:name': {},
            'f:ports': {},
            'f:readinessProbe': { 'f:httpGet': { 'f:path': {}, 'f:port': {} } },
            'f:resources': { 'f:limits': { 'f:memory': {} }, 'f:requests': { 'f:cpu': {}, 'f:memory': {} } },
          },
        },
        'f:serviceAccountName': {},
      },
    },
  },
};
const TYPED = { '.': {}, 'k:{"type":"Ready"}': { '.': {}, 'f:lastProbeTime': {}, 'f:status': {}, 'f:type': {} } };
const POD_SPEC = {
  'f:metadata': {
    'f:generateName': {},
    'f:labels': { '.': {}, 'f:app.kubernetes.io/name': {}, 'f:app.kubernetes.io/instance': {} },
    'f:ownerReferences': { '.': {} },
  },
  'f:spec': {
    ...SPEC['f:spec']['f:template']['f:spec'],
    'f:dnsPolicy': {},
    'f:restartPolicy': {},
    'f:schedulerName': {},
    'f:securityContext': {},
    'f:terminationGracePeriodSeconds': {},
  },
};
const POD_STATUS = {
  'f:status': { 'f:conditions': TYPED, 'f:containerStatuses': {}, 'f:phase': {}, 'f:podIP': {}, 'f:startTime': {} },
};
const STATUS = { 'f:status': { 'f:conditions': {}, 'f:observedGeneration': {}, 'f:replicas': {} } };

/** The fields that a manager set, and those that a controller reports. */
export function managedFields(manager: string, apiVersion: string, time: string): readonly unknown[] {
  return [
    { manager, operation: 'Apply', apiVersion, time, fieldsType: 'FieldsV1', fieldsV1: SPEC },
    {
      manager: 'kube-controller-manager',
      operation: 'Update',
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: STATUS,
      subresource: 'status',
    },
  ];
}

/** The same for pods: a controller makes them, the kubelet tells of them. */
export function managedPodFields(time: string): readonly unknown[] {
  const common = { operation: 'Update', apiVersion: 'v1', time, fieldsType: 'FieldsV1' };
  return [
    { manager: 'kube-controller-manager', ...common, fieldsV1: POD_SPEC },
    { manager: 'kubelet', ...common, fieldsV1: POD_STATUS, subresource: 'status' },
  ];
}
