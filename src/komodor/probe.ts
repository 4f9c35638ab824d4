/** Values that no real row has. A property of an entity with such a value keeps that part of a place. */
export const PROBE = {
  cluster: 'probe-cluster-q7x',
  namespace: 'probe-namespace-q7x',
  name: 'probe-name-q7x',
  /** Seconds since 1970. */
  moment: 1_784_123_243,
} as const;
