/** The kinds of workload that Komodor calls services. */
export const SERVICE_KINDS = ['Deployment', 'DaemonSet', 'StatefulSet', 'Rollout'] as const;

/** The one of these kinds that is meant: events write them in upper and lower case. */
export function knownKind<K extends string>(kinds: readonly K[], kind: string): K | undefined {
  return kinds.find((known) => known.toLowerCase() === kind.toLowerCase());
}
