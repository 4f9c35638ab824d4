import { z } from 'zod';
import { DEFINITIONS } from '../../../src/sandbox/kubernetes/definitions.ts';
import { ObjectSchema } from './prepare.ts';
import { type Asked, REQUESTS } from './requests.ts';
import { type Access, type Answer, send } from './send.ts';

/** Ways into one API: an administrator's, and that of somebody with few rights. */
export interface Doors {
  readonly admin: Access;
  readonly reader: Access;
}

export interface Recorded {
  readonly request: string;
  readonly status: number;
  readonly type: string;
  readonly retryAfter?: string;
  readonly body: unknown;
}

const ListSchema = z.looseObject({
  kind: z.string().endsWith('List'),
  metadata: z.looseObject({ resourceVersion: z.string(), continue: z.string().default('') }),
});

/** Asks everything, in order. @returns the answers without what differs from one server to the next */
export async function record({ admin, reader }: Doors): Promise<readonly Recorded[]> {
  const tokens = { stranger: 'nonsense', nobody: null, reader: reader.token };
  const recorded: Recorded[] = [];
  let latest = { token: '', version: '' };
  for (const { path, as, ...call } of REQUESTS) {
    const token = as === undefined ? admin.token : tokens[as];
    const server = as === 'reader' ? reader : admin;
    const asked = typeof path === 'string' ? path : path(latest);
    const answer = await send({ ...server, token }, { ...call, path: asked });
    const list = ListSchema.safeParse(answer.body);
    if (list.success) {
      latest = { token: encodeURIComponent(list.data.metadata.continue), version: list.data.metadata.resourceVersion };
    }
    const shown = typeof path === 'string' ? path : path({ token: 'TOKEN', version: 'VERSION' });
    recorded.push(recordOf({ ...call, path: shown, ...(as && { as }) }, answer));
  }
  return recorded;
}

function recordOf({ method = 'GET', path, as, body, headers }: Asked, answer: Answer): Recorded {
  const how = headers && JSON.stringify(headers);
  const what = body === undefined ? undefined : JSON.stringify(body);
  const retryAfter = answer.headers['retry-after'];
  return {
    request: [as, method, path, how, what].filter((part) => part !== undefined).join(' '),
    status: answer.status,
    type: answer.headers['content-type'] ?? '',
    ...(retryAfter !== undefined && { retryAfter }),
    body: normalized(onlyOurs(readBody(answer.body))),
  };
}

/** The lines of a watch; those of what was there before in the order of their names, for servers differ in it. */
function readBody(body: unknown): unknown {
  if (typeof body !== 'string' || !body.startsWith('{"type"')) return asWatch(body);
  return body
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
    .toSorted((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
}

function asWatch(body: unknown): unknown {
  return EventSchema.safeParse(body).success ? [body] : body;
}

const EventSchema = z.looseObject({
  type: z.string(),
  object: z.looseObject({ metadata: z.looseObject({ name: z.string().default('~') }) }),
});

function sortKey(line: unknown): string {
  return EventSchema.parse(line).object.metadata.name;
}

const ResourcesSchema = z.looseObject({
  groupVersion: z.string(),
  resources: z.array(z.looseObject({ name: z.string() })),
});
const GroupsSchema = z.looseObject({ groups: z.array(z.looseObject({ name: z.string() })) });
const AggregatedSchema = z.looseObject({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string().optional() }),
      versions: z.array(
        z.looseObject({
          version: z.string(),
          resources: z.array(
            z.looseObject({
              resource: z.string(),
              subresources: z.array(z.looseObject({ subresource: z.string() })).optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** Of what a server says that it has, what the stand-in has as well: the real one has a lot more. */
function onlyOurs(body: unknown): unknown {
  const listed = ResourcesSchema.safeParse(body);
  if (listed.success) {
    const { groupVersion, resources } = listed.data;
    return { ...listed.data, resources: resources.filter(({ name }) => isOurs(groupVersion, ...name.split('/'))) };
  }
  const grouped = GroupsSchema.safeParse(body);
  if (grouped.success) {
    return {
      ...grouped.data,
      groups: sorted(
        grouped.data.groups.filter(({ name }) => isOurs(`${name}/`)),
        'name',
      ),
    };
  }
  const all = AggregatedSchema.safeParse(body);
  if (!all.success) return body;
  const items = all.data.items.map(({ metadata, versions }) => ({
    metadata,
    versions: versions.map((each) => {
      const groupVersion = metadata.name === undefined ? each.version : `${metadata.name}/${each.version}`;
      const resources = each.resources.filter(({ resource }) => isOurs(groupVersion, resource));
      return {
        ...each,
        resources: resources.map(({ subresources, ...one }) => {
          const ours = subresources?.filter(({ subresource }) => isOurs(groupVersion, one.resource, subresource)) ?? [];
          return { ...one, ...(ours.length > 0 && { subresources: ours }) };
        }),
      };
    }),
  }));
  const having = items.filter(({ versions }) => versions.some(({ resources }) => resources.length > 0));
  return {
    ...all.data,
    items: having.toSorted((one, other) => ((one.metadata.name ?? '') < (other.metadata.name ?? '') ? -1 : 1)),
  };
}

/** `apps/v1`, or `apps/` for any version; then, when given, a resource and a part of it. */
function isOurs(groupVersion: string, resource?: string, subresource?: string): boolean {
  // Flux and Argo are not on the server that is asked.
  const there = DEFINITIONS.filter(({ group }) => group === 'getport.io' || !/toolkit|argoproj/.test(group));
  return there.some((one) => {
    const own = one.group === '' ? one.version : `${one.group}/${one.version}`;
    if (groupVersion.endsWith('/') ? !own.startsWith(groupVersion) : own !== groupVersion) return false;
    if (resource === undefined) return true;
    return one.resource === resource && (subresource === undefined || (one.subresources ?? []).includes(subresource));
  });
}

function sorted<T extends Record<'name', string>>(list: readonly T[], key: 'name'): readonly T[] {
  return list.toSorted((one, other) => (one[key] < other[key] ? -1 : 1));
}

/** What differs from one server to the next, and from one moment to the next. */
const VARYING: Readonly<Record<string, string>> = {
  uid: 'UID',
  resourceVersion: 'VERSION',
  creationTimestamp: 'TIME',
  deletionTimestamp: 'TIME',
  serverAddress: 'ADDRESS',
  continue: 'TOKEN',
};
/** What the stand-in does not keep. */
const DROPPED = ['managedFields', 'storageVersionHash', 'gitCommit', 'gitTreeState', 'buildDate', 'goVersion'];

function normalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalized);
  if (typeof value === 'string')
    return value.replace(/current: \d+/, 'current: N').replace(/^(RBAC: allowed by) .*/, '$1 …');
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !DROPPED.includes(key));
  return Object.fromEntries(
    entries
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, one]) => {
        const isVarying = typeof one === 'string' && one !== '' && Object.hasOwn(VARYING, key);
        return [key, isVarying ? VARYING[key] : normalized(one)];
      }),
  );
}

/** What was recorded, line by line: the objects that were there, then the answers. */
export function recordedText(objects: readonly unknown[], answers: readonly Recorded[]): string {
  const lines = [...objects.map((object) => ({ object: withoutOwn(object) })), ...answers];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

const RecordedSchema = z.object({
  request: z.string(),
  status: z.number(),
  type: z.string(),
  retryAfter: z.string().optional(),
  body: z.unknown(),
});
const LineSchema = z.union([z.object({ object: ObjectSchema }), RecordedSchema]);

/** Reads what `recordedText` wrote. */
export function readRecorded(text: string) {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => LineSchema.parse(JSON.parse(line)));
  return {
    objects: lines.flatMap((line) => ('object' in line ? [line.object] : [])),
    answers: lines.flatMap((line) => ('request' in line ? [line] : [])),
  };
}

/** An object without what the server gives it anew each time. */
function withoutOwn(object: unknown): unknown {
  const own = ['managedFields', 'uid', 'resourceVersion', 'creationTimestamp'];
  return JSON.parse(JSON.stringify(object, (key, value) => (own.includes(key) ? undefined : value)));
}
