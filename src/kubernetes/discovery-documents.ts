import { z } from 'zod';
import { type Resource, resourceOf } from './resource.ts';

/** A version of a group, and what it has; without resources: ask for them at `/apis/<group>/<version>`. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
  /** Undefined: they are not in this document. */
  readonly resources: readonly Resource[] | undefined;
  /** The server could not ask who serves this group. What it says of it is old, or nothing. */
  readonly stale: boolean;
}

/** The form of `/api` and `/apis` that has everything in one answer, and the plain one where the server does not have it. */
export const DISCOVERY_FORMS = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

const word = z.string().catch('');
const words = z.array(z.string()).catch([]);
/** What has no such form is left out, so that it costs only itself. */
function listOf<T extends z.ZodType>(schema: T) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((list) =>
      list.flatMap((each): z.output<T>[] => {
        const parsed = schema.safeParse(each);
        return parsed.success ? [parsed.data] : [];
      }),
    );
}

const AggregatedSchema = z.looseObject({
  kind: z.literal('APIGroupDiscoveryList'),
  items: listOf(
    z.looseObject({
      metadata: z.looseObject({ name: word }).catch({ name: '' }),
      versions: listOf(
        z.looseObject({
          version: z.string().min(1),
          freshness: word,
          resources: listOf(
            z.looseObject({
              resource: z.string().min(1),
              singularResource: word,
              responseKind: z.looseObject({ kind: z.string().min(1) }),
              scope: word,
              verbs: words,
            }),
          ),
        }),
      ),
    }),
  ),
});

const VersionsSchema = z.looseObject({ kind: z.literal('APIVersions'), versions: words });
const GroupsSchema = z.looseObject({
  kind: z.literal('APIGroupList'),
  groups: listOf(
    z.looseObject({ name: z.string().min(1), versions: listOf(z.looseObject({ version: z.string().min(1) })) }),
  ),
});
const ResourcesSchema = z.looseObject({
  resources: listOf(
    z.looseObject({
      name: z.string().min(1),
      singularName: word,
      kind: z.string().min(1),
      namespaced: z.boolean(),
      verbs: words,
    }),
  ),
});

/** What `/api` or `/apis` answered, in either form, in the server's order; undefined: it is neither. */
export function groupVersionsIn(body: unknown): readonly GroupVersion[] | undefined {
  const aggregated = AggregatedSchema.safeParse(body);
  if (aggregated.success) {
    return aggregated.data.items.flatMap(({ metadata: { name: group }, versions }) =>
      versions.map(({ version, freshness, resources }) => ({
        group,
        version,
        stale: freshness === 'Stale',
        resources: resources.map(({ resource, singularResource, responseKind: { kind }, scope, verbs }) =>
          resourceOf({
            ...{ group, version, resource, kind, verbs },
            singular: singularResource || kind.toLowerCase(),
            namespaced: scope === 'Namespaced',
          }),
        ),
      })),
    );
  }
  const plain = { resources: undefined, stale: false };
  const core = VersionsSchema.safeParse(body);
  if (core.success) return core.data.versions.map((version) => ({ group: '', version, ...plain }));
  const groups = GroupsSchema.safeParse(body);
  if (!groups.success) return undefined;
  return groups.data.groups.flatMap(({ name: group, versions }) =>
    versions.map(({ version }) => ({ group, version, ...plain })),
  );
}

/** What `/apis/<group>/<version>` answered, without subresources such as `pods/log`; undefined: it is no such list. */
export function resourcesIn(body: unknown, group: string, version: string): readonly Resource[] | undefined {
  const parsed = ResourcesSchema.safeParse(body);
  if (!parsed.success) return undefined;
  return parsed.data.resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, singularName, kind, namespaced, verbs }) =>
      resourceOf({
        ...{ group, version, resource: name, kind, namespaced, verbs },
        singular: singularName || kind.toLowerCase(),
      }),
    );
}
