import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { SEVERITIES, type World } from '../../src/sandbox/world/model.ts';
import type { Kind } from './kinds.ts';

/** The shipped expressions, by property. A title and a relation stand beside them. */
const SERVICE_PROPERTIES: Readonly<Record<string, string>> = {
  service_id: '.uid',
  status: '.status',
  cluster_name: '.cluster',
  workload_kind: '.kind',
  namespace_name: '.namespace',
  service_name: '.service',
  komodor_link: '.link | values | . + (if contains("?") then "&" else "?" end) + "utmSource=port"',
  labels: '.labels',
  last_deploy_at: '.lastDeploy.endTime | values | todate',
  last_deploy_status: '.lastDeploy.status',
};
const RISK_PROPERTIES: Readonly<Record<string, string>> = {
  status: '.status',
  resource_identifier: '.komodorUid | values | gsub("\\\\|"; "-") | sub("-+$"; "")',
  severity: '.severity',
  supporting_data: '.supportingData',
  komodor_link: '.link | values | . + (if contains("?") then "&" else "?" end) + "utmSource=port"',
  created_at: '.createdAt | values | todate',
  last_evaluated_at: '.lastEvaluatedAt | values | todate',
  check_type: '.checkType',
  workload_type: '.komodorUid | values | split("|") | .[0]',
  cluster_name: '.komodorUid | values | split("|") | .[1]',
  namespace_name: '.komodorUid | values | split("|") | .[2]',
  workload_name: '.komodorUid | values | split("|") | .[3]',
};
const RISK_TITLE = '.komodorUid | values | gsub("\\\\|"; "-") | sub("-+$"; "")';
const SERVICE_RELATION =
  '.komodorUid | values | split("|") | if length == 4 and all(length > 0) and (.[0] | IN("Deployment", "DaemonSet", "StatefulSet", "Rollout")) then join("-") else null end';
const SERVICE_IDENTIFIER =
  '[.kind, .cluster, .namespace, .service] | if all(type == "string" and length > 0) then join("-") else error("a part is missing") end';

/** What is odd about the expressions of an entry: one of them never gives a usable value, or none compiles. */
export type Flaw =
  | { readonly type: 'none' }
  /** The identifier fails for the items of one namespace. */
  | { readonly type: 'rejects'; readonly namespace: string }
  /** The identifier does not compile. */
  | { readonly type: 'disabled' }
  /** One property does not compile, fails on each item, or gives what its blueprint does not take. */
  | { readonly type: 'property'; readonly property: string; readonly how: 'broken' | 'failing' | 'misfit' };

export interface EntryVariant {
  readonly properties: readonly string[];
  /** Put before each title. */
  readonly titlePrefix: string;
  /** `selector.query` and its meaning. */
  readonly onlyCluster: string | null;
  /** The source's own filter: clusters of services, severities of risks. */
  readonly sourceFilter: readonly string[];
  /** Risks only. */
  readonly relation: boolean;
  readonly flaw: Flaw;
}

/** A mapping whose result can be worked out without jq. */
export interface Variant {
  readonly threshold: number;
  readonly entries: { readonly [kind in Kind]: EntryVariant | null };
}

const SHIPPED_ENTRY = { titlePrefix: '', onlyCluster: null, sourceFilter: [], flaw: { type: 'none' } } as const;

export const SHIPPED: Variant = {
  threshold: 0.3,
  entries: {
    komodorService: { ...SHIPPED_ENTRY, properties: Object.keys(SERVICE_PROPERTIES), relation: false },
    komodorHealthMonitoring: { ...SHIPPED_ENTRY, properties: Object.keys(RISK_PROPERTIES), relation: true },
  },
};

/** A mapping that somebody may write. @param sound without expressions that fail */
function randomVariant(random: Random, world: World, sound: boolean): Variant {
  const services = randomEntry(random, world, 'komodorService', sound);
  const risks = randomEntry(random, world, 'komodorHealthMonitoring', sound);
  const missing = random.weighted<Kind | null>([
    [null, 8],
    ['komodorService', 1],
    ['komodorHealthMonitoring', 1],
  ]);
  return {
    threshold: random.pick([0.3, 0.3, 0.5, 0.9, 1]),
    entries: {
      komodorService: missing === 'komodorService' ? null : services,
      komodorHealthMonitoring: missing === 'komodorHealthMonitoring' ? null : risks,
    },
  };
}

function randomEntry(random: Random, world: World, kind: Kind, sound: boolean): EntryVariant {
  const all = Object.keys(kind === 'komodorService' ? SERVICE_PROPERTIES : RISK_PROPERTIES);
  const clusters = world.clusters.map(({ name }) => name);
  const filters: readonly string[] = kind === 'komodorService' ? clusters : SEVERITIES;
  return {
    properties: random.chance(0.6) ? all : all.filter(() => random.chance(0.7)),
    titlePrefix: random.chance(0.7) ? '' : 'The ',
    onlyCluster: random.chance(0.8) ? null : random.pick(clusters),
    sourceFilter: random.chance(0.8) ? [] : filters.filter(() => random.chance(0.6)),
    relation: kind === 'komodorHealthMonitoring' && random.chance(0.8),
    flaw: sound || random.chance(0.5) ? { type: 'none' } : randomFlaw(random, world, kind),
  };
}

function randomFlaw(random: Random, world: World, kind: Kind): Flaw {
  const namespaces = world.services.map(({ namespace }) => namespace);
  switch (random.int(0, 2)) {
    case 0:
      return { type: 'rejects', namespace: namespaces.length === 0 ? 'shop' : random.pick(namespaces) };
    case 1:
      return { type: 'disabled' };
    default: {
      // All of these have values that cannot be kept as they are by an expression that adds to them.
      const property = random.pick(
        kind === 'komodorService' ? ['status', 'last_deploy_at'] : ['severity', 'created_at'],
      );
      return { type: 'property', property, how: random.pick(['broken', 'failing', 'misfit']) };
    }
  }
}

/** The mapping as a file; JSON is YAML. */
export function mappingText({ threshold, entries }: Variant): string {
  const resources = (['komodorService', 'komodorHealthMonitoring'] as const).flatMap((kind) => {
    const entry = entries[kind];
    return entry === null ? [] : [resource(kind, entry)];
  });
  return JSON.stringify({
    deleteDependentEntities: false,
    createMissingRelatedEntities: false,
    enableMergeEntity: true,
    entityDeletionThreshold: threshold,
    resources,
  });
}

function resource(kind: Kind, { properties, titlePrefix, onlyCluster, sourceFilter, relation, flaw }: EntryVariant) {
  const isService = kind === 'komodorService';
  const expressions = isService ? SERVICE_PROPERTIES : RISK_PROPERTIES;
  const cluster = isService ? '.cluster' : '(.komodorUid | split("|") | .[1])';
  const namespace = isService ? '.namespace' : '(.komodorUid | split("|") | .[2])';
  const identifier = isService ? SERVICE_IDENTIFIER : '.id';
  const title = isService ? '.service' : RISK_TITLE;
  return {
    kind,
    selector: {
      query: onlyCluster === null ? 'true' : `${cluster} == ${JSON.stringify(onlyCluster)}`,
      ...(sourceFilter.length > 0 && { [isService ? 'clusters' : 'severity']: sourceFilter }),
    },
    port: {
      entity: {
        mappings: {
          identifier: flawedIdentifier(identifier, namespace, flaw),
          blueprint: JSON.stringify(kind),
          // A binding is no plain expression, so that jq has work here too.
          title: titlePrefix === '' ? title : `(${title}) as $title | ${JSON.stringify(titlePrefix)} + $title`,
          properties: Object.fromEntries(
            properties.map((id) => [id, flawedProperty(id, expressions[id] ?? 'null', flaw)]),
          ),
          ...(relation && { relations: { service: SERVICE_RELATION } }),
        },
      },
    },
  };
}

function flawedIdentifier(expression: string, namespace: string, flaw: Flaw): string {
  if (flaw.type === 'disabled') return `${expression} |`;
  if (flaw.type !== 'rejects') return expression;
  return `if ${namespace} == ${JSON.stringify(flaw.namespace)} then error("no") else (${expression}) end`;
}

function flawedProperty(id: string, expression: string, flaw: Flaw): string {
  if (flaw.type !== 'property' || flaw.property !== id) return expression;
  if (flaw.how === 'broken') return `${expression} |`;
  return flaw.how === 'failing' ? 'error("no")' : '"no such value"';
}

/** The same for the same seed and number. */
export function variantOf(seed: number, number: number, world: World, sound: boolean): Variant {
  return randomVariant(createRandom(seed, 'variant', number), world, sound);
}
