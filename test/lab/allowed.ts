import { request } from 'node:https';
import { z } from 'zod';
import type { Api } from './api.ts';

/** What an account may do on a real API server, found out by doing it. */

const ResourceSchema = z.looseObject({ name: z.string(), namespaced: z.boolean(), verbs: z.array(z.string()) });
const ResourcesSchema = z.looseObject({ resources: z.array(ResourceSchema) });
const GroupsSchema = z.looseObject({
  groups: z.array(z.looseObject({ name: z.string(), versions: z.array(z.looseObject({ groupVersion: z.string() })) })),
});

export interface ServerResource {
  /** `apps/deployments`, `/pods`; with a part, `apps/deployments/status`. */
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** `/apis/apps/v1`. */
  readonly base: string;
}

/** Every resource that the server has, in every version, parts of resources included. */
export async function resourcesOf(api: Api): Promise<readonly ServerResource[]> {
  const { groups } = GroupsSchema.parse(await api.get('/apis'));
  const bases = groups.flatMap(({ name, versions }) =>
    versions.map(({ groupVersion }) => [name, `/apis/${groupVersion}`] as const),
  );
  const all = await Promise.all(
    [['', '/api/v1'] as const, ...bases].map(async ([group, base]) => {
      const { resources } = ResourcesSchema.parse(await api.get(base));
      return resources.map((each) => ({ ...each, name: `${group}/${each.name}`, base }));
    }),
  );
  return all.flat();
}

export interface Caller {
  readonly url: string;
  readonly authority: string;
  readonly token: string;
}

/** The method and the query that a verb stands for; an object is named, and need not be there. */
const VERBS: Readonly<Record<string, readonly [method: string, named: boolean, query?: string]>> = {
  get: ['GET', true],
  list: ['GET', false],
  watch: ['GET', false, '?watch=true&timeoutSeconds=1'],
  create: ['POST', false],
  update: ['PUT', true],
  patch: ['PATCH', true],
  delete: ['DELETE', true],
  deletecollection: ['DELETE', false],
};

/** Whether the server lets the caller do this. Nothing is changed: what would be is told to be tried only. */
export async function isAllowed(
  caller: Caller,
  { name, base, namespaced }: ServerResource,
  verb: string,
  namespace?: string,
): Promise<boolean> {
  const [method = 'GET', isNamed = false, query = ''] = VERBS[verb] ?? [];
  const [, resource = '', part] = name.split('/');
  const place = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  // A part belongs to an object, also when it is created.
  // A namespace is in itself, as rules see it.
  const named = resource === 'namespaces' ? (namespace ?? 'nobody') : 'nobody';
  const object = isNamed || part !== undefined ? `/${named}` : '';
  const path = `${base}${place}/${resource}${object}${part === undefined ? '' : `/${part}`}`;
  const dry = method === 'GET' ? query : `${query}${query === '' ? '?' : '&'}dryRun=All`;
  return (await statusOf(caller, method, `${path}${dry}`)) !== 403;
}

function statusOf({ url, authority, token }: Caller, method: string, path: string): Promise<number> {
  const body = method === 'GET' ? '' : '{}';
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = {
    ...{ authorization: `Bearer ${token}`, 'content-type': type, 'content-length': Buffer.byteLength(body) },
  };
  return new Promise((resolve, reject) => {
    const sending = request(new URL(path, url), { method, ca: authority, headers }, (answer) => {
      resolve(answer.statusCode ?? 0);
      // A watch would go on.
      answer.destroy();
    });
    sending.on('error', reject);
    sending.end(body);
  });
}
