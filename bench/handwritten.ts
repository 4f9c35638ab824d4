import type { Kind } from '../src/core/model.ts';

/** The shipped mapping in JavaScript, for comparison: what mapping would cost if nobody could change it. */
export function mapByHand(kind: Kind, row: Readonly<Record<string, unknown>>): object {
  return kind === 'komodorService' ? service(row) : risk(row);
}

function service(row: Readonly<Record<string, unknown>>): object {
  const deploy = isObject(row.lastDeploy) ? row.lastDeploy : {};
  return {
    identifier: [row.kind, row.cluster, row.namespace, row.service].join('-'),
    title: row.service,
    blueprint: 'komodorService',
    properties: {
      service_id: row.uid ?? null,
      status: row.status ?? null,
      cluster_name: row.cluster,
      workload_kind: row.kind,
      namespace_name: row.namespace,
      service_name: row.service,
      komodor_link: linkOf(row.link),
      labels: row.labels ?? null,
      last_deploy_at: momentOf(deploy.endTime),
      last_deploy_status: deploy.status ?? null,
    },
    relations: {},
  };
}

const SERVICE_KINDS: readonly unknown[] = ['Deployment', 'DaemonSet', 'StatefulSet', 'Rollout'];

function risk(row: Readonly<Record<string, unknown>>): object {
  const uid = String(row.komodorUid ?? '');
  const parts = uid.split('|');
  const title = uid.replaceAll('|', '-').replace(/-+$/, '');
  const isService = parts.length === 4 && parts.every((part) => part !== '') && SERVICE_KINDS.includes(parts[0]);
  return {
    identifier: row.id,
    title,
    blueprint: 'komodorHealthMonitoring',
    properties: {
      status: row.status,
      resource_identifier: title,
      severity: row.severity,
      supporting_data: row.supportingData ?? null,
      komodor_link: linkOf(row.link),
      created_at: momentOf(row.createdAt),
      last_evaluated_at: momentOf(row.lastEvaluatedAt),
      check_type: row.checkType,
      workload_type: parts[0] ?? null,
      cluster_name: parts[1] ?? null,
      namespace_name: parts[2] ?? null,
      workload_name: parts[3] ?? null,
    },
    relations: { service: isService ? parts.join('-') : null },
  };
}

function linkOf(link: unknown): string | null {
  return typeof link === 'string' ? `${link}${link.includes('?') ? '&' : '?'}utmSource=port` : null;
}

/** Komodor: seconds, not milliseconds. */
function momentOf(seconds: unknown): string | null {
  return typeof seconds === 'number' ? new Date(seconds * 1000).toISOString().replace('.000Z', 'Z') : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
