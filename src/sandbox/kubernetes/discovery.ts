import type { SandboxRequest, SandboxResponse } from '../http.ts';
import type { Features } from './list-options.ts';
import { type Definition, groupVersionOf } from './model.ts';
import { Refusal } from './refusals.ts';

const JSON_TYPE = 'application/json';
const AGGREGATED = `${JSON_TYPE};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`;
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
/** A namespace goes by itself alone. */
const NAMESPACE_VERBS = VERBS.filter((verb) => verb !== 'deletecollection');
const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
const REVIEWS: readonly Definition[] = ['SelfSubjectAccessReview', 'SelfSubjectRulesReview'].map((kind) => ({
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: `${kind.toLowerCase()}s`,
  kind,
  singular: kind.toLowerCase(),
  namespaced: false,
  isCustom: false,
}));

/** Says what the server has. Undefined when the path is none of discovery's. */
export function discover(
  request: SandboxRequest,
  given: readonly Definition[],
  { aggregatedDiscovery }: Features,
): SandboxResponse | undefined {
  const { segments, headers } = request;
  const [root, first, second, ...rest] = segments;
  if ((root !== 'api' && root !== 'apis') || rest.length > 0) return undefined;
  const definitions = [...given, ...REVIEWS];
  const isCore = root === 'api';
  const own = definitions.filter(({ group }) => (group === '') === isCore);
  if (first === undefined) {
    const type = acceptedType(headers.accept ?? '*/*', aggregatedDiscovery);
    if (type === AGGREGATED)
      return { ...answer(aggregated(own)), headers: { 'content-type': AGGREGATED, vary: 'Accept' } };
    return answer(isCore ? coreVersions(headers.host ?? '') : groupList(own));
  }
  const [group, version] = isCore ? ['', first] : [first, second];
  if (isCore && second !== undefined) return undefined;
  const inGroup = own.filter((one) => one.group === group);
  if (inGroup.length === 0) return undefined;
  if (version === undefined) return answer({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, inGroup) });
  const inVersion = inGroup.filter((one) => one.version === version);
  return inVersion.length === 0 ? undefined : answer(resourceList(inVersion));
}

/** The first type of an Accept header that the server can send. Throws 406. */
function acceptedType(accept: string, hasAggregated: boolean): string {
  for (const part of accept.split(',').map((each) => each.trim())) {
    const [type, ...parameters] = part.split(';').map((each) => each.trim());
    const has = (parameter: string) => parameters.includes(parameter);
    if (type !== JSON_TYPE && type !== '*/*' && type !== 'application/*') continue;
    if (!parameters.some((parameter) => parameter.startsWith('as='))) return JSON_TYPE;
    const isKnown = has('g=apidiscovery.k8s.io') && has('v=v2') && has('as=APIGroupDiscoveryList');
    if (hasAggregated && isKnown) return AGGREGATED;
  }
  const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  throw new Refusal(406, 'NotAcceptable', `only the following media types are accepted: ${types}`);
}

function coreVersions(serverAddress: string) {
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress }];
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
}

function groupList(definitions: readonly Definition[]) {
  const groups = [...byGroup(definitions)].map(([group, all]) => groupOf(group, all));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

function groupOf(name: string, definitions: readonly Definition[]) {
  const versions = [...new Set(definitions.map(({ version }) => version))].map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions, preferredVersion: versions[0] };
}

function resourceList(definitions: readonly Definition[]) {
  const [first] = definitions;
  const isCore = first?.group === '';
  const resources = sorted(definitions).flatMap((one) => [
    {
      name: one.resource,
      singularName: one.singular,
      namespaced: one.namespaced,
      kind: one.kind,
      verbs: verbsOf(one),
      ...(one.shortNames && { shortNames: one.shortNames }),
      ...(one.categories && { categories: one.categories }),
    },
    ...(one.subresources ?? []).map((name) => ({
      name: `${one.resource}/${name}`,
      singularName: '',
      namespaced: one.namespaced,
      ...(name === 'scale' && { group: SCALE.group, version: SCALE.version }),
      kind: name === 'scale' ? SCALE.kind : one.kind,
      verbs: subresourceVerbs(name),
    })),
  ]);
  const groupVersion = first ? groupVersionOf(first) : '';
  // The core group does not say in which version it says so.
  return { kind: 'APIResourceList', ...(!isCore && { apiVersion: 'v1' }), groupVersion, resources };
}

function aggregated(definitions: readonly Definition[]) {
  const items = [...byGroup(definitions)].map(([group, all]) => ({
    metadata: group === '' ? {} : { name: group },
    versions: [...new Set(all.map(({ version }) => version))].map((version) => ({
      version,
      resources: sorted(all.filter((one) => one.version === version)).map(aggregatedResource),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregatedResource(one: Definition) {
  const { group, version, kind, isCustom } = one;
  const responseKind = isCustom ? { group, version, kind } : { group: '', version: '', kind };
  return {
    resource: one.resource,
    responseKind,
    scope: one.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: one.singular,
    verbs: verbsOf(one),
    ...(one.shortNames && { shortNames: one.shortNames }),
    ...(one.categories && { categories: one.categories }),
    ...(one.subresources && {
      subresources: one.subresources.map((subresource) => ({
        subresource,
        responseKind: subresource === 'scale' ? SCALE : responseKind,
        verbs: subresourceVerbs(subresource),
      })),
    }),
  };
}

function verbsOf(one: Definition): readonly string[] {
  if (REVIEWS.includes(one)) return ['create'];
  if (one.isCustom) return CUSTOM_VERBS;
  return one.kind === 'Namespace' ? NAMESPACE_VERBS : VERBS;
}

function subresourceVerbs(name: string): readonly string[] {
  return name === 'finalize' ? ['update'] : ['get', 'patch', 'update'];
}

function byGroup(definitions: readonly Definition[]): Map<string, Definition[]> {
  const groups = new Map<string, Definition[]>();
  for (const one of definitions) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return groups;
}

function sorted(definitions: readonly Definition[]): readonly Definition[] {
  return definitions.toSorted((one, other) => (one.resource < other.resource ? -1 : 1));
}

function answer(body: unknown): SandboxResponse {
  return { status: 200, body, headers: { 'content-type': JSON_TYPE } };
}
