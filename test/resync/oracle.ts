import { checkTypeOf } from '../../src/sandbox/world/check-types.ts';
import type { World, WorldRisk, WorldService } from '../../src/sandbox/world/model.ts';

/** An entity as the Port stand-in shows it. */
interface ExpectedEntity {
  readonly identifier: string;
  readonly title: string;
  readonly icon: null;
  readonly team: readonly string[];
  readonly properties: { readonly [id: string]: unknown };
  readonly relations: { readonly [id: string]: string };
}

export interface ExpectedCatalog {
  readonly komodorHealthMonitoring: readonly ExpectedEntity[];
  readonly komodorService: readonly ExpectedEntity[];
}

/**
 * What the shipped mapping must make of a world, worked out by hand and without jq. Keys are in the order in which the
 * stand-in's snapshot has them, and absent values are left out, so both can be compared as they are.
 */
export function expectedCatalog({ services, risks }: World): ExpectedCatalog {
  const serviceEntities = services.map(serviceEntity).sort(byIdentifier);
  const known = new Set(serviceEntities.map(({ identifier }) => identifier));
  const listed = risks.filter(({ checkType }) => checkTypeOf(checkType).group !== 'static');
  return {
    komodorHealthMonitoring: listed.map((risk) => riskEntity(risk, known)).sort(byIdentifier),
    komodorService: serviceEntities,
  };
}

/** Everything that Port's alphabet lacks, as `=` and two hex digits for each byte. */
function portIdentifier(text: string): string {
  return text.replace(/[^\p{L}0-9@_.+:\\/=-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** The identifier of a service under the shipped mapping. */
export function serviceIdentifier({ kind, cluster, namespace, service }: WorldService): string {
  return portIdentifier(`${kind}-${cluster}-${namespace}-${service}`);
}

function serviceEntity(service: WorldService): ExpectedEntity {
  const { lastDeploy } = service;
  return {
    identifier: serviceIdentifier(service),
    title: service.service,
    icon: null,
    team: [],
    properties: present({
      cluster_name: service.cluster,
      komodor_link: `${service.link}&utmSource=port`,
      labels: service.labels,
      last_deploy_at: lastDeploy?.endTime === undefined ? undefined : moment(lastDeploy.endTime),
      last_deploy_status: lastDeploy?.status,
      namespace_name: service.namespace,
      service_id: service.uid,
      service_name: service.service,
      status: service.status,
      workload_kind: service.kind,
    }),
    relations: {},
  };
}

function riskEntity(risk: WorldRisk, services: ReadonlySet<string>): ExpectedEntity {
  const parts = risk.komodorUid.split('|');
  const [kind = '', cluster = '', namespace = '', name = ''] = parts;
  const dashed = parts.join('-').replace(/-+$/, '');
  const isService = ['Deployment', 'DaemonSet', 'StatefulSet', 'Rollout'].includes(kind);
  const target = portIdentifier(`${kind}-${cluster}-${namespace}-${name}`);
  return {
    identifier: risk.id,
    title: dashed,
    icon: null,
    team: [],
    properties: present({
      check_type: risk.checkType,
      cluster_name: cluster,
      created_at: moment(risk.createdAt),
      komodor_link: `${risk.link}&utmSource=port`,
      last_evaluated_at: moment(risk.lastEvaluatedAt),
      namespace_name: namespace,
      resource_identifier: dashed,
      severity: risk.severity,
      status: risk.status,
      supporting_data: risk.supportingData ?? undefined,
      workload_name: name,
      workload_type: kind,
    }),
    relations: isService && services.has(target) ? { service: target } : {},
  };
}

function moment(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function present(fields: { readonly [id: string]: unknown }): { readonly [id: string]: unknown } {
  // As JSON carries it: without undefined, and with -0 as 0.
  return JSON.parse(JSON.stringify(fields));
}

function byIdentifier(a: ExpectedEntity, b: ExpectedEntity): number {
  return a.identifier < b.identifier ? -1 : 1;
}
