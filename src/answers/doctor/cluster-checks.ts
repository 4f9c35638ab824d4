import { z } from 'zod';
import type { Kind, Mapping } from '../../core/model.ts';
import { namesIn } from '../../core/selector.ts';
import type { KubernetesApi } from '../../kubernetes/api.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import type { Discovery } from '../../kubernetes/discovery.ts';
import { resourceKindName } from '../../kubernetes/kind-name.ts';
import type { Resource } from '../../kubernetes/resource.ts';
import { forbiddenAdvice } from '../../kubernetes/resource-kind.ts';
import { HttpFailure } from '../../net/http-failure.ts';
import {
  type CheckTime,
  check,
  type DoctorCheck,
  type Finding,
  failed,
  failureOf,
  notChecked,
  ok,
  warning,
} from './check.ts';
import { isReached, reachFinding, type Tried, tried, unclearFinding } from './reach.ts';

/** A cluster that is connected to. */
export interface Cluster {
  readonly connection: Connection;
  readonly api: KubernetesApi;
  readonly discovery: Discovery;
}

export interface ClusterSide {
  /** Throws AppError when KUBERNETES cannot be used. */
  readonly connect: () => Promise<Cluster>;
  /** Whether a kind is read from the cluster, and not from a folder. */
  readonly isRead: (kind: Kind) => boolean;
}

const VersionSchema = z.looseObject({ gitVersion: z.string() });
const WhoSchema = z.looseObject({
  status: z.looseObject({ userInfo: z.looseObject({ username: z.string().min(1) }) }),
});
const AccessSchema = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });

/** The cluster: whether it is reached, whether it takes the login, and whether each kind of the mapping is there and may be read. */
export async function clusterChecks(
  { connect, isRead }: ClusterSide,
  env: NodeJS.Dict<string>,
  mapping: Promise<Mapping | undefined>,
  time: CheckTime,
): Promise<readonly DoctorCheck[]> {
  const cluster = await tried(connect());
  const first = 'value' in cluster ? firstChecks(cluster.value, env, time) : unusableChecks(cluster.error, time);
  const entries = ((await mapping)?.entries ?? []).filter(({ kind }) => isRead(kind));
  const kinds = await Promise.all(
    [...new Set(entries.map(({ kind }) => kind))].map((kind) =>
      check(`kind:${kind}`, time, async (signal) =>
        'value' in cluster && (await first.isUsable)
          ? kindFinding(cluster.value, kind, namespacesOf(kind, entries), signal)
          : notChecked('see the checks of the cluster above'),
      ),
    ),
  );
  return [...(await first.checks), ...kinds];
}

interface FirstChecks {
  readonly checks: Promise<readonly DoctorCheck[]>;
  /** Whether the cluster takes our requests. */
  readonly isUsable: Promise<boolean>;
}

function firstChecks({ api, connection }: Cluster, env: NodeJS.Dict<string>, time: CheckTime): FirstChecks {
  const answer = tried(versionOf(api, time.signal));
  const login = answer.then((outcome) => (isReached(outcome) ? tried(whoAreWe(api, time.signal)) : outcome));
  return {
    checks: Promise.all([
      check('cluster-reachable', time, async () => reached(connection, env, await answer)),
      check('cluster-login', time, async (signal) =>
        isReached(await answer)
          ? loginFinding(connection, await login, signal)
          : notChecked('the cluster cannot be reached'),
      ),
    ]),
    isUsable: login.then((outcome) => 'value' in outcome),
  };
}

/** KUBERNETES names nothing that can be connected to. */
function unusableChecks(error: unknown, time: CheckTime): FirstChecks {
  return {
    checks: Promise.all([
      check('cluster-reachable', time, () => failureOf(error, 'Check KUBERNETES.')),
      check('cluster-login', time, () => notChecked('KUBERNETES cannot be used')),
    ]),
    isUsable: Promise.resolve(false),
  };
}

/** Whether a kind is one of a cluster or a folder. */
export function isOfCluster(kind: Kind): boolean {
  return resourceKindName(kind) === kind;
}

async function versionOf(api: KubernetesApi, signal: AbortSignal): Promise<string | undefined> {
  const { body } = await api.get('/version', {}, signal);
  const parsed = VersionSchema.safeParse(body);
  return parsed.success ? parsed.data.gitVersion : undefined;
}

async function reached(
  { baseUrl, origin }: Connection,
  env: NodeJS.Dict<string>,
  outcome: Tried<string | undefined>,
): Promise<Finding> {
  const finding = await reachFinding('kubernetes', baseUrl, env, outcome);
  const version = 'value' in outcome ? outcome.value : undefined;
  if (finding.status !== 'ok') return finding;
  return ok(`${finding.detail}${version === undefined ? '' : `; Kubernetes ${version}`} (${origin})`);
}

/** Our name for the API server; undefined: servers before 1.28 do not say it. */
async function whoAreWe(api: KubernetesApi, signal: AbortSignal): Promise<string | undefined> {
  const kind = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  try {
    const answer = WhoSchema.safeParse(await api.send({ method: 'POST', path, body: kind, repeatable: true }, signal));
    return answer.success ? answer.data.status.userInfo.username : undefined;
  } catch (error) {
    if (error instanceof HttpFailure && (error.status === 404 || error.status === 403)) return undefined;
    throw error;
  }
}

function loginFinding(
  { origin, authorize }: Connection,
  login: Tried<string | undefined>,
  signal: AbortSignal,
): Finding {
  const what = authorize === undefined ? 'client certificate' : 'token';
  if ('value' in login) {
    if (login.value !== 'system:anonymous') {
      return ok(`the API server takes the ${what}${login.value === undefined ? '' : `: we are ${login.value}`}`);
    }
    return failed(
      `the API server takes us for nobody (system:anonymous): ${origin} has no token and no client certificate that it knows`,
      'Give the user of the kubeconfig a token or a client certificate; docs/kubernetes.md says how.',
    );
  }
  if (!(login.error instanceof HttpFailure) || login.error.status !== 401) {
    return unclearFinding('kubernetes', login.error, signal);
  }
  return failed(
    `the API server does not take the ${what} of ${origin} (401)`,
    'Check that it has not expired, that it is of this cluster, and that its account still exists; then make a new one.',
  );
}

/** Where a kind is read. Empty text: in the whole cluster. */
function namespacesOf(kind: Kind, entries: Mapping['entries']): readonly string[] {
  const named = entries
    .filter((entry) => entry.kind === kind)
    .map(({ selector }) => namesIn(selector.namespaces) ?? []);
  return named.some((names) => names.length === 0) ? [''] : [...new Set(named.flat())];
}

async function kindFinding(
  { api, discovery }: Cluster,
  kind: Kind,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<Finding> {
  const found = await discovery.find(kind, signal);
  if ('problem' in found)
    return failed(found.problem.replace(/\.$/, ''), 'Correct the kind in the mapping, or install what defines it.');
  const { resource } = found;
  for (const [verb, say] of [
    ['list', failed],
    ['watch', warning],
  ] as const) {
    const denied: string[] = [];
    for (const namespace of namespaces) {
      if (!(await mayWe(api, verb, resource, namespace, signal))) denied.push(namespace);
    }
    const [first, ...others] = denied;
    if (first === undefined) continue;
    const [detail = '', advice = ''] = forbiddenAdvice(verb, resource, first || undefined).split(/\. (?=Bind )/);
    const more = others.length === 0 ? '' : `; nor in ${others.join(', ')}`;
    const effect = verb === 'watch' ? '; its changes are only seen by resyncs' : '';
    return say(
      `${detail}${more}${effect}`,
      `${advice} (\`komodor-port rbac\` prints all rights that the mapping needs).`,
    );
  }
  const where = namespaces.includes('') ? '' : ` in ${namespaces.join(', ')}`;
  if (!resource.verbs.includes('watch')) {
    return warning(
      `may be listed${where}, but the cluster offers no watch of it`,
      'Its changes are only seen by resyncs.',
    );
  }
  return ok(`may be listed and watched${where}`);
}

async function mayWe(
  api: KubernetesApi,
  verb: string,
  { group, version, resource }: Resource,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  const resourceAttributes = { group, version, resource, verb, ...(namespace === '' ? {} : { namespace }) };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  return AccessSchema.parse(await api.send({ method: 'POST', path, body, repeatable: true }, signal)).status.allowed;
}
