import type { Blueprint } from '../sandbox/port/model.ts';
import { type Computed, computedEntity } from '../sandbox/port/projection.ts';
import type { PortStore } from '../sandbox/port/store.ts';
import { bold, dim, plain, print, printWrapped } from './output.ts';

/** What Port holds: how many of what, how they are related, and one service with everything around it. */
export interface Model {
  readonly blueprints: readonly BlueprintCount[];
  readonly service: Computed | undefined;
  readonly cluster: Computed | undefined;
  /** What the lines about the service say, each under its name. */
  readonly around: readonly (readonly [name: string, text: string])[];
}

interface BlueprintCount {
  readonly blueprint: string;
  readonly entities: number;
  /** To which blueprints so many of them are related. */
  readonly related: readonly { readonly target: string; readonly entities: number }[];
}

/** Looks at a Port stand-in. The service is one of those around which there is most to see. */
export function modelOf(store: PortStore): Model {
  const services = store.entitiesOf('komodorService').map((entity) => computedEntity(store, entity));
  const service = services.reduce<Computed | undefined>(
    (best, next) => (best !== undefined && interestOf(best) >= interestOf(next) ? best : next),
    undefined,
  );
  const clusterName = service?.relations.cluster;
  const clusterEntity = typeof clusterName === 'string' ? store.entity('komodorCluster', clusterName) : undefined;
  const cluster = clusterEntity && computedEntity(store, clusterEntity);
  return {
    blueprints: store.blueprints().map((blueprint) => countOf(store, blueprint)),
    service,
    cluster,
    around: service ? aroundOf(store, service, cluster) : [],
  };
}

/** Prints it, within the terminal's width. */
export function printModel({ blueprints, service, around }: Model): void {
  const width = Math.max(...blueprints.map(({ blueprint }) => blueprint.length));
  const digits = Math.max(...blueprints.map(({ entities }) => String(entities).length));
  for (const { blueprint, entities, related } of blueprints) {
    const targets = related.map(({ target, entities: count }) => `${target} (${count})`).join(', ');
    const lead = `   ${blueprint.padEnd(width)}  ${String(entities).padStart(digits)}  `;
    printWrapped(lead, targets === '' ? '' : `-> ${targets}`, plain, dim);
  }
  print();
  if (service === undefined) return;
  printWrapped('', `One of the services: ${service.title}`, plain, bold);
  printWrapped('   ', service.identifier, plain, dim);
  const names = Math.max(...around.map(([name]) => name.length));
  for (const [name, text] of around) printWrapped(`   ${name.padEnd(names)}  `, text);
  print();
}

function countOf(store: PortStore, { identifier, relations }: Blueprint): BlueprintCount {
  const entities = store.entitiesOf(identifier);
  const related = Object.entries(relations).map(([id, { target }]) => ({
    target,
    entities: entities.filter((entity) => Object.hasOwn(entity.relations, id)).length,
  }));
  return { blueprint: identifier, entities: entities.length, related };
}

/** How many of its questions have an answer that is not nothing. */
function interestOf(service: Computed): number {
  const { properties } = service;
  const numbers = [
    'open_high_risks',
    'open_medium_risks',
    'open_low_risks',
    'open_issues',
    'deploys_last_week',
    'cost_total',
  ];
  const texts = ['right_sizing_cpu_recommendation', 'last_deploy_at'];
  return (
    numbers.filter((id) => numberOf(properties[id]) > 0).length * 2 +
    texts.filter((id) => properties[id] !== undefined).length
  );
}

function aroundOf(store: PortStore, service: Computed, cluster: Computed | undefined): [string, string][] {
  const own = (id: string) => service.properties[id];
  const lines: [string, string | undefined][] = [
    ['Status', textOf(own('status'))],
    ['Cluster', cluster && clusterLine(cluster)],
    [
      'Open risks',
      listOf(['high', 'medium', 'low'].map((severity) => counted(own(`open_${severity}_risks`), severity))),
    ],
    ['Issues', listOf([counted(own('open_issues'), 'open'), counted(own('issues_last_week'), 'in the last week')])],
    ['', newestOf(store, 'komodorIssue', service, 'summary')],
    ['Deploys', counted(own('deploys_last_week'), 'in the last week')],
    ['', newestOf(store, 'komodorDeploy', service, 'summary')],
    ['Cost', listOf([amount(own('cost_total'), ''), amount(own('cost_potential_saving'), 'of it could be saved')])],
    ['Right size', rightSize(service)],
  ];
  return lines.flatMap(([name, text]) => (text === undefined || text === '' ? [] : [[name, text]]));
}

function clusterLine({ title, properties }: Computed): string {
  const counts = [
    counted(properties.services, 'services'),
    counted(properties.unhealthy_services, 'of them unhealthy'),
    counted(properties.open_issues, 'open issues'),
    counted(properties.failed_jobs, 'failed jobs'),
  ];
  return `${title} (${listOf(counts)})`;
}

function rightSize({ properties }: Computed): string | undefined {
  const change = (from: unknown, to: unknown, unit: string) =>
    typeof from === 'number' && typeof to === 'number' ? `${from} -> ${to} ${unit}` : undefined;
  return listOf([
    change(properties.right_sizing_cpu_request, properties.right_sizing_cpu_recommendation, 'cores'),
    change(properties.right_sizing_memory_request, properties.right_sizing_memory_recommendation, 'MiB'),
  ]);
}

/** The newest entity of a blueprint that points at a service: when it began, and one of its texts. */
function newestOf(store: PortStore, blueprint: string, service: Computed, text: string): string | undefined {
  const [newest] = store.entities
    .dependents('komodorService', service.identifier)
    .map(({ entity }) => entity)
    .filter((entity) => entity.blueprint === blueprint)
    .sort((a, b) => textOf(b.properties.started_at).localeCompare(textOf(a.properties.started_at)));
  if (newest === undefined) return undefined;
  const began = textOf(newest.properties.started_at)
    .replace('T', ' ')
    .replace(/:\d\d(\.\d+)?Z$/, ' UTC');
  return `newest ${began}: ${textOf(newest.properties[text])}`;
}

function counted(value: unknown, what: string): string | undefined {
  return typeof value === 'number' ? `${value} ${what}` : undefined;
}

function amount(value: unknown, what: string): string | undefined {
  return typeof value === 'number' ? `${value.toFixed(2)} ${what}`.trim() : undefined;
}

function listOf(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(', ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
