import type { JsonObject, Kind } from '../core/model.ts';
import { parseResourceKind, resourceKindName } from './kind-name.ts';

/** A kind of the cluster that a mapping reads. */
export interface ReadKind {
  readonly kind: Kind;
  /** Where it is read. Empty: in the whole cluster. */
  readonly namespaces: readonly string[];
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Rules for the whole cluster under '', and for namespaces under their names. */
export type Rights = ReadonlyMap<string, readonly Rule[]>;

/** The ServiceAccount that gets the rights. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

const API = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
const ENTITIES: readonly string[] = ['getport.io/entities', 'getport.io/clusterentities'];
const NAMESPACES = '/namespaces';
const SEE_NAMESPACE: Rule = { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] };
const WHOLE_CLUSTER = '';

/**
 * What a mapping in Port's form reads of the cluster; nothing of Komodor's kinds. Entries count whatever else is wrong with them,
 * so that a mended one needs no other rights.
 */
export function kindsReadBy({ resources }: JsonObject): readonly ReadKind[] {
  const entries: readonly unknown[] = Array.isArray(resources) ? resources : [];
  return entries.flatMap((entry) => {
    const name = memberOf(entry, 'kind');
    const kind = typeof name === 'string' ? resourceKindName(name) : undefined;
    const namespaces = memberOf(memberOf(entry, 'selector'), 'namespaces') ?? [];
    const named: readonly unknown[] = Array.isArray(namespaces) ? namespaces : [namespaces];
    return kind === undefined ? [] : [{ kind, namespaces: named.map((one) => String(one).trim()) }];
  });
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/**
 * The rights that reading these kinds needs, and no others. A kind that is read in the whole cluster needs no rules in
 * namespaces; in a namespace also the right to see that there is this namespace, since an absent one looks empty. The chart
 * makes the same rules in templates/_rights.tpl.
 * @param writeBack also what telling the authors of entities needs: Events, and the status of Entity and ClusterEntity
 */
export function rightsFor(kinds: readonly ReadKind[], writeBack: boolean): Rights {
  const everywhere = new Set(kinds.filter(({ namespaces }) => namespaces.length === 0).map(resourceOf));
  const byPlace = new Map<string, Set<string>>([[WHOLE_CLUSTER, everywhere]]);
  for (const read of kinds) {
    const resource = resourceOf(read);
    if (everywhere.has(resource)) continue;
    for (const namespace of read.namespaces) {
      byPlace.set(namespace, (byPlace.get(namespace) ?? new Set()).add(resource));
    }
  }
  const places = [...byPlace].filter(([, resources]) => resources.size > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(
    places.map(([place, resources]) => {
      const isSeen = place === WHOLE_CLUSTER || everywhere.has(NAMESPACES);
      return [place, [...rulesFor([...resources].sort(), writeBack), ...(isSeen ? [] : [SEE_NAMESPACE])]];
    }),
  );
}

/** `group/resource`: the version means nothing to a rule. */
function resourceOf({ kind }: ReadKind): string {
  const { group, resource } = parseResourceKind(kind);
  return `${group}/${resource}`;
}

function rulesFor(resources: readonly string[], writeBack: boolean): readonly Rule[] {
  const groups = new Map<string, string[]>();
  for (const resource of resources) {
    const [group = '', name = ''] = resource.split('/');
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  const reading = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, names]) => rule(group, names, READ));
  const entities = resources.filter((resource) => ENTITIES.includes(resource));
  if (!writeBack || entities.length === 0) return reading;
  const statuses = entities.map((resource) => `${resource.replace('getport.io/', '')}/status`);
  return [...reading, rule('getport.io', statuses, ['patch']), rule('', ['events'], ['create', 'patch'])];
}

function rule(group: string, resources: readonly string[], verbs: readonly string[]): Rule {
  return { apiGroups: [group], resources, verbs };
}

/** The ClusterRole and the Roles with these rights, each with the binding that gives it to the ServiceAccount. */
export function rbacObjects(rights: Rights, account: Account): readonly object[] {
  // ClusterRoles have no namespace, so the name says whose it is.
  const name = account.name === account.namespace ? account.name : `${account.namespace}-${account.name}`;
  const subjects = [{ kind: 'ServiceAccount', name: account.name, namespace: account.namespace }];
  return [...rights].flatMap(([place, rules]) => {
    const kind = place === WHOLE_CLUSTER ? 'ClusterRole' : 'Role';
    const metadata = { name, ...(place !== WHOLE_CLUSTER && { namespace: place }) };
    return [
      { apiVersion: `${API}/v1`, kind, metadata, rules },
      { apiVersion: `${API}/v1`, kind: `${kind}Binding`, metadata, roleRef: { apiGroup: API, kind, name }, subjects },
    ];
  });
}
