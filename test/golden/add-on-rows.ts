import type { JsonObject } from '../../src/core/model.ts';
import { standIns } from '../../src/sandbox/komodor/stand-ins.ts';
import type { World } from '../../src/sandbox/world/model.ts';

/** The kinds that each add-on brings. */
export const ADD_ON_KINDS: { readonly [addOn: string]: readonly string[] } = {
  clusters: ['komodorCluster'],
  jobs: ['komodorJob'],
  issues: ['komodorIssue'],
  deploys: ['komodorDeploy'],
  monitors: ['komodorMonitor'],
  cost: ['komodorCost', 'komodorRightSizing'],
};

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
