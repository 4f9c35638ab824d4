import { setMaxListeners } from 'node:events';
import { messageOf } from '../core/errors.ts';
import type { Kind } from '../core/model.ts';
import { orAborted } from '../core/signals.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { KubernetesApi } from './api.ts';
import { DISCOVERY_FORMS, type GroupVersion, groupVersionsIn, resourcesIn } from './discovery-documents.ts';
import { parseResourceKind, resourceKindName } from './kind-name.ts';
import { groupPath, kindOf, type Resource } from './resource.ts';
import { isMeant, type SilentGroup, unknownResource } from './unknown-resource.ts';

/** What an API server has. */
export interface Discovery {
  /**
   * The resource that a kind of a mapping means, or why there is none that can be read, and what resembles it.
   * @throws HttpFailure when the server cannot be asked
   */
  find(kind: Kind, signal: AbortSignal): Promise<{ readonly resource: Resource } | { readonly problem: string }>;
}

interface Found {
  readonly at: number;
  readonly resources: readonly Resource[];
  readonly silent: readonly SilentGroup[];
}

const FRESH_MS = 600_000;
/** What serves a group may be down for long, and the others wait for it. */
const ATTEMPTS_OF_A_GROUP = 2;
/** Between two looks for what was not there. */
const LOOK_AGAIN_MS = 10_000;

/** Asks once for all that need it at the same time, and remembers the answer for 10 minutes. */
export function createDiscovery(api: KubernetesApi, now: () => number = Date.now): Discovery {
  let last: Found | undefined;
  let asking: Promise<Found> | undefined;

  /** @param maxAgeMs how old an answer may be */
  async function found(maxAgeMs: number, signal: AbortSignal): Promise<Found> {
    signal.throwIfAborted();
    if (last !== undefined && now() - last.at < maxAgeMs) return last;
    // Others may wait for the same answer, so that it does not end with the first who asked.
    asking ??= discover(api, now, new AbortController().signal)
      .then((answer) => {
        last = answer;
        return answer;
      })
      .finally(() => {
        asking = undefined;
      });
    // All kinds of a run may wait with the same signal.
    setMaxListeners(0, signal);
    return orAborted(asking, signal);
  }

  return {
    async find(kind, signal) {
      const name = resourceKindName(kind);
      if (name === undefined) {
        return {
          problem: `${kind} is no resource of a cluster: write group/version/resource, as in apps/v1/deployments.`,
        };
      }
      const asked = parseResourceKind(name);
      const matches = ({ resources }: Found): Resource | undefined =>
        resources.find(
          (each) => each.group === asked.group && each.version === asked.version && isMeant(asked.resource, each),
        );
      let known = await found(FRESH_MS, signal);
      if (matches(known) === undefined) known = await found(LOOK_AGAIN_MS, signal);
      const resource = matches(known);
      if (resource === undefined) return { problem: unknownResource(asked, known.resources, known.silent) };
      if (resource.verbs.includes('list')) return { resource };
      const verbs = resource.verbs.join(', ') || 'nothing';
      return {
        problem: `${kindOf(resource)} cannot be listed: the cluster only offers ${verbs}, so that it is no kind to read.`,
      };
    },
  };
}

/** Asks what the server has. @throws HttpFailure when it cannot be asked */
export async function discover(api: KubernetesApi, now: () => number, signal: AbortSignal): Promise<Found> {
  const at = now();
  const roots = await Promise.all(['/api', '/apis'].map((path) => groupVersions(api, path, signal)));
  const versions = await Promise.all(roots.flat().map((version) => withResources(api, version, signal)));
  return {
    at,
    resources: versions.flatMap((one) => ('resources' in one ? one.resources : [])),
    silent: versions.flatMap((one) => ('why' in one ? [one] : [])),
  };
}

async function groupVersions(api: KubernetesApi, path: string, signal: AbortSignal): Promise<readonly GroupVersion[]> {
  const { body } = await api.get(path, {}, signal, { accept: DISCOVERY_FORMS });
  const found = groupVersionsIn(body);
  if (found !== undefined) return found;
  throw new HttpFailure(
    `${api.host} answered GET ${path} with something that is no list of API groups: check the server that KUBERNETES names`,
    {
      side: 'kubernetes',
      problem: 'malformed',
      method: 'GET',
      path,
    },
  );
}

/** A group that does not answer, because what serves it is down, costs only itself. */
async function withResources(
  api: KubernetesApi,
  { group, version, resources, stale }: GroupVersion,
  signal: AbortSignal,
): Promise<{ readonly resources: readonly Resource[] } | SilentGroup> {
  if (resources !== undefined) {
    const isSilent = stale && resources.length === 0;
    return isSilent ? { group, version, why: 'what serves it does not answer' } : { resources };
  }
  try {
    const { body } = await api.get(groupPath(group, version), {}, signal, { attempts: ATTEMPTS_OF_A_GROUP });
    const found = resourcesIn(body, group, version);
    return found === undefined ? { group, version, why: 'its answer is no list of resources' } : { resources: found };
  } catch (error) {
    // An unknown status or a cut is about this group; a server that cannot be reached is about all of them.
    if (error instanceof HttpFailure && !error.isUnreachable) return { group, version, why: messageOf(error) };
    throw error;
  }
}
