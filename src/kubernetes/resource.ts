import type { ResourceName } from './kind-name.ts';

/** A kind of object that an API server has. */
export interface Resource extends ResourceName {
  readonly singular: string;
  /** `Deployment`. */
  readonly kind: string;
  readonly namespaced: boolean;
  /** What can be done with it: `list`, `watch`, … */
  readonly verbs: readonly string[];
  /** The path of all of them, or of those of a namespace. */
  readonly path: (namespace?: string) => string;
}

/** A resource with the path that follows from its names. */
export function resourceOf(names: Omit<Resource, 'path'>): Resource {
  const { resource, namespaced } = names;
  const root = groupPath(names.group, names.version);
  return {
    ...names,
    path: (namespace) =>
      namespaced && namespace !== undefined && namespace !== ''
        ? `${root}/namespaces/${encodeURIComponent(namespace)}/${resource}`
        : `${root}/${resource}`,
  };
}

/** The path of a version of a group. */
export function groupPath(group: string, version: string): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** `apps/v1/deployments`, `v1/pods`. */
export function kindOf({ group, version, resource }: ResourceName): string {
  return [...(group === '' ? [] : [group]), version, resource].join('/');
}
