import type { Timeline } from './timeline-rows.ts';

/** The raw things of the world, exactly as Komodor's API sends them. Every time is in seconds since 1970. */

export const SERVICE_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'] as const;
export type ServiceKind = (typeof SERVICE_KINDS)[number];

export const SERVICE_STATUSES = ['healthy', 'unhealthy', 'unknown'] as const;
export const DEPLOY_STATUSES = ['success', 'failure', 'pending', 'unknown'] as const;
export const RISK_STATUSES = ['open', 'confirmed', 'resolved', 'dismissed', 'ignored', 'manually_resolved'] as const;
export const SEVERITIES = ['high', 'medium', 'low'] as const;
export const ISSUE_REASONS = [
  'NonZeroExitCode',
  'Unhealthy',
  'OOMKilled',
  'Creating/Initializing',
  'BackOff',
  'Infrastructure',
  'Pending',
  'Image',
  'Volume/Secret/ConfigMap',
  'Container Creation',
  'Pod Termination',
  'Completed',
  'Other',
] as const;

export interface LastDeploy {
  readonly startTime: number;
  /** Absent while the deploy is pending. */
  readonly endTime?: number;
  readonly status: (typeof DEPLOY_STATUSES)[number];
}

export interface LastIssue {
  readonly startTime: number;
  readonly reasons?: readonly (typeof ISSUE_REASONS)[number][];
  readonly errorMessage: string;
  readonly insights: readonly string[];
}

export interface WorldService {
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  readonly kind: ServiceKind;
  readonly status: (typeof SERVICE_STATUSES)[number];
  readonly link: string;
  readonly uid?: string;
  readonly lastDeploy?: LastDeploy;
  readonly lastIssue?: LastIssue;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
}

export interface WorldRisk {
  readonly id: string;
  readonly checkType: string;
  /** `Kind|cluster|namespace|name`; what lies outside a namespace leaves parts empty. */
  readonly komodorUid: string;
  readonly createdAt: number;
  readonly lastEvaluatedAt: number;
  readonly severity: (typeof SEVERITIES)[number];
  readonly status: (typeof RISK_STATUSES)[number];
  readonly link: string;
  readonly supportingData: { readonly [checkType: string]: unknown } | null;
}

export interface WorldCluster {
  readonly name: string;
  readonly tags: { readonly [key: string]: string };
  readonly apiServerUrl: string;
  readonly clusterId: string;
}

/** What there is. Rows are never changed in place, only replaced: who watches the lists can compare references. */
export interface World {
  readonly seed: number;
  /** The world's own clock, so that a seed gives the same world on every day. */
  now: number;
  /** What it began with, whatever has changed since. */
  readonly began: { readonly now: number; readonly services: number };
  readonly services: WorldService[];
  readonly risks: WorldRisk[];
  readonly clusters: WorldCluster[];
  /** Its issues, deploys and nodes that come and go. */
  readonly timeline: Timeline;
}

/** A thing that a risk is about. */
export interface WorldObject {
  readonly kind: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** `Kind|cluster|namespace|name`. */
export function uidOf({ kind, cluster, namespace, name }: WorldObject): string {
  return [kind, cluster, namespace, name].join('|');
}

/** The parts of a komodorUid; parts that are missing come out empty. */
export function subjectOf(uid: string): WorldObject {
  const [kind = '', cluster = '', namespace = '', name = ''] = uid.split('|');
  return { kind, cluster, namespace, name };
}

/** The komodorUid that the risks of a service carry. */
export function serviceUid({ kind, cluster, namespace, service }: WorldService): string {
  return uidOf({ kind, cluster, namespace, name: service });
}
