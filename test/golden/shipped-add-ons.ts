import { offlineKinds } from '../../src/compose/kinds.ts';
import { loadBlueprintFiles } from '../../src/config/blueprint-files.ts';
import { addOnsAt } from '../../src/config/mapping-files.ts';
import type { JsonObject } from '../../src/core/model.ts';
import { standIns } from '../../src/sandbox/komodor/stand-ins.ts';
import type { World } from '../../src/sandbox/world/model.ts';

/** Those that need Kubernetes workloads in Port; together they bring them. */
export const OF_WORKLOADS = ['k8s-workloads', 'komodor-workloads'];

/** Those that read a cluster. All of them need the first one. */
export const OF_CLUSTERS = addOnsAt('mappings').filter((name) => /^kubernetes/.test(name));

/** Every other one of Komodor: a kind's add-on is in the tests as soon as its files are there. */
export const ADD_ONS = addOnsAt('mappings').filter((name) => ![...OF_WORKLOADS, ...OF_CLUSTERS, 'git'].includes(name));

/** The blueprints that an add-on makes; none for one that only adds to others. */
export function blueprintsOf(addOn: string): readonly string[] {
  const names = (addOns: readonly string[]) =>
    loadBlueprintFiles('blueprints', optionsFor(addOns)).blueprints.map(({ identifier }) => identifier);
  const before = names([]);
  return names([addOn]).filter((name) => !before.includes(name));
}

/** How files are read with some add-ons on. */
export function optionsFor(addOns: readonly string[]) {
  return { kinds: offlineKinds(), addOns, variables: { K8S_WORKLOAD_BLUEPRINT: 'workload' } };
}

/** All rows of a kind of a world, as the mapping sees them: what a definition derives from a row stands under `_`. */
export function itemsOf(kind: string, world: World): readonly JsonObject[] {
  const rows = standIns.find((one) => one.kind === kind)?.rows(world, world.now) ?? [];
  return rows.map(({ identity, value }) => ({ ...value, _: { id: identity, ...derived(value, world) } }));
}

/** What the link of an issue tells; see the definition of its kind. */
function derived(row: object, { clusters, services }: World): JsonObject {
  const link = 'link' in row && typeof row.link === 'string' ? decodeURIComponent(row.link) : '';
  const name = /deep-dive\/[^.]+\.([^?]+)/.exec(link)?.[1] ?? '';
  const cluster = clusters
    .filter((one) => link.includes(one.name))
    .sort((a, b) => b.name.length - a.name.length)[0]?.name;
  const service = services.find((one) => `${one.cluster}-${one.namespace}.${one.service}` === name);
  const [namespace, ...rest] = name.slice((cluster ?? '').length + 1).split('.');
  return {
    cluster,
    about: name === '' ? null : { namespace, name: rest.join('.') },
    service: service ? { ...service, name: service.service } : null,
  };
}
