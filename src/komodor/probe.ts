/** Values that no real row has. Where they turn up in an entity, it shows which property keeps which part of a place. */
export const PROBE = {
  cluster: 'probe-cluster-q7x',
  namespace: 'probe-namespace-q7x',
  name: 'probe-name-q7x',
  /** Seconds since 1970. */
  moment: 1_767_225_600,
} as const;
