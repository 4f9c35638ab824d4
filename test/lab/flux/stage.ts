import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type StandIns, startStandIns } from '../../../src/cli/stand-ins.ts';
import { ROOT, run } from '../../deploy/tools.ts';
import { Api } from '../api.ts';
import type { Lab } from '../global-setup.ts';
import { openDoor } from '../network.ts';
import { until } from '../processes.ts';
import { type Flux, startFlux } from './controllers.ts';
import { type GitServer, startGitServer } from './git.ts';
import { type EventRecorder, startEventRecorder } from './recorder.ts';
import { startSecretStore } from './secret-store.ts';

const SECRET_OF_HOOKS = 'secret-of-flux';

/** A cluster that Flux keeps as a Git repository wants it. */
export interface Stage {
  readonly git: GitServer;
  readonly flux: Flux;
  readonly standIns: StandIns;
  readonly recorder: EventRecorder;
  kubectl(args: readonly string[], stdin?: string): Promise<string>;
  /** What `kubectl get -o json` gives. */
  get<T>(schema: z.ZodType<T>, ...args: readonly string[]): Promise<T>;
  /** Commits, and has Flux look for the commit now. */
  push(message: string, files: Readonly<Record<string, string | undefined>>): Promise<string>;
  close(): Promise<void>;
}

const NAMESPACE = 'flux-system';
const CLUSTER = 'deploy/flux/clusters/dev';

/** @param tools folder with the controllers and the definitions */
export async function openStage(lab: Lab, tools: string): Promise<Stage> {
  const cleanUp: (() => unknown)[] = [];
  async function close(): Promise<void> {
    for (const step of cleanUp.splice(0).reverse()) await step();
  }
  try {
    return await open(lab, tools, cleanUp, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(lab: Lab, tools: string, cleanUp: (() => unknown)[], close: () => Promise<void>): Promise<Stage> {
  const standIns = await startStandIns({
    ...{ faults: [], seed: 7, services: 20, risksPerService: 2, clusters: 2 },
    ...{ latencyMs: 0, komodorPort: 0, portPort: 0 },
  });
  cleanUp.push(() => standIns.close());
  const forPods = async (address: string) => {
    const { protocol, port, pathname } = new URL(address);
    cleanUp.push(await openDoor(lab.hostAddress, Number(port)));
    return `${protocol}//${lab.hostAddress}:${port}${pathname}`.replace(/\/$/, '');
  };
  const git = await startGitServer(join(lab.directory, 'git'), ROOT, ['deploy']);
  cleanUp.push(() => git.close());

  async function kubectl(args: readonly string[], stdin?: string): Promise<string> {
    const { code, stdout, stderr } = await run('kubectl', [`--kubeconfig=${lab.kubeconfig}`, ...args], {
      ...(stdin !== undefined && { stdin }),
    });
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  async function push(message: string, files: Readonly<Record<string, string | undefined>>): Promise<string> {
    const commit = await git.commit(message, files);
    const now = `reconcile.fluxcd.io/requestedAt=${Date.now()}`;
    for (const name of ['flux-system', 'komodor-port']) {
      const what = ['annotate', '--overwrite', '-n', NAMESPACE, `gitrepository/${name}`, now];
      // The first commit comes before Flux has made the second source.
      await kubectl(what).catch(() => undefined);
    }
    return commit;
  }

  for (const family of ['flux', 'external-secrets', 'prometheus-operator']) {
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', join(tools, 'crds', family)]);
  }
  await kubectl(['create', 'namespace', NAMESPACE]);
  const hosts = join(lab.directory, 'names', 'komodor-port', 'hosts');
  const flux = await startFlux(lab, tools, hosts);
  cleanUp.push(() => flux.stop());
  const recorder = await startEventRecorder(SECRET_OF_HOOKS);
  cleanUp.push(() => recorder.close());
  const secrets = new AbortController();
  const { KOMODOR_BASE_URL = '', PORT_BASE_URL = '', ...credentials } = standIns.environment;
  const document = { ...credentials, WEBHOOK_SECRET: SECRET_OF_HOOKS, API_TOKEN: 'token-of-api' };
  const api = new Api({ url: lab.url, authority: lab.authority, token: await tokenIn(lab.kubeconfig) });
  cleanUp.push(() => api.close());
  const storing = startSecretStore(api, { 'komodor-port-dev': document }, secrets.signal);
  cleanUp.push(async () => {
    secrets.abort();
    await storing;
  });
  await git.commit('Say where everything is', {
    ...(await edited(git, 'deploy/flux/repository/repository.yaml', [[/^( *url:).*$/m, `$1 ${git.url}`]])),
    ...(await edited(git, `${CLUSTER}/cluster-settings.yaml`, [
      [/^( *PORT_BASE_URL:).*$/m, `$1 ${await forPods(PORT_BASE_URL)}`],
      [/^( *KOMODOR_BASE_URL:).*$/m, `$1 ${await forPods(KOMODOR_BASE_URL)}`],
    ])),
    // What fails shall not take its five minutes.
    ...(await edited(git, 'deploy/flux/app/base/helm.yaml', [[/^ {2}timeout: 5m$/m, '  timeout: 35s']])),
    ...(await edited(git, `${CLUSTER}/komodor-port-app.yaml`, [
      [/^ {2}timeout: 6m$/m, '  timeout: 90s'],
      [/^ {2}retryInterval: 1m$/m, '  retryInterval: 5s'],
    ])),
  });
  await kubectl(['apply', '-f', '-'], recorder.manifests(NAMESPACE));
  // What `flux bootstrap git --path=deploy/flux/clusters/dev` leaves behind.
  await kubectl(['apply', '-f', '-'], bootstrap(git.url));
  return {
    ...{ git, flux, standIns, recorder, kubectl, push, close },
    get: async (schema, ...args) => schema.parse(JSON.parse(await kubectl(['get', ...args, '-o', 'json']))),
  };
}

async function tokenIn(kubeconfig: string): Promise<string> {
  const [user] = KubeconfigSchema.parse(JSON.parse(await readFile(kubeconfig, 'utf8'))).users;
  return user?.user.token ?? '';
}

const KubeconfigSchema = z.looseObject({
  users: z.array(z.looseObject({ user: z.looseObject({ token: z.string() }) })),
});

/** @throws when an edit finds nothing to change: the tree is no longer what the lab knows */
export async function edited(
  git: GitServer,
  path: string,
  edits: readonly (readonly [RegExp, string])[],
): Promise<Readonly<Record<string, string>>> {
  let text = await git.read(path);
  for (const [pattern, replacement] of edits) {
    if (!pattern.test(text)) throw new Error(`${path} has no ${pattern}`);
    text = text.replace(pattern, replacement);
  }
  return { [path]: text };
}

function bootstrap(url: string): string {
  const metadata = { name: 'flux-system', namespace: NAMESPACE };
  const objects = [
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata,
      spec: { interval: '1m', url, ref: { branch: 'main' } },
    },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata,
      spec: {
        ...{ interval: '10m', retryInterval: '5s', path: `./${CLUSTER}`, prune: true },
        sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      },
    },
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
}

const ConditionsSchema = z.looseObject({
  metadata: z.looseObject({ generation: z.number() }),
  status: z
    .looseObject({
      observedGeneration: z.number().default(-1),
      lastAppliedRevision: z.string().default(''),
      lastAttemptedRevision: z.string().default(''),
      lastHandledReconcileAt: z.string().default(''),
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }))
        .default([]),
    })
    .prefault({}),
});

/** How an object of Flux stands, as `flux get` says it. */
export interface Standing {
  /** True, False, Unknown, or nothing yet. */
  readonly ready: string;
  readonly reason: string;
  readonly message: string;
  /** The revision that was applied last, and the one that was tried last. */
  readonly applied: string;
  readonly attempted: string;
  /** Why it does nothing more by itself; empty while it does. */
  readonly stalled: string;
  /** The request to reconcile that it carried out last. */
  readonly handled: string;
}

async function standingOf({ get }: Stage, namespace: string, object: string): Promise<Standing> {
  const { metadata, status } = await get(ConditionsSchema, '-n', namespace, object);
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  const current = status.observedGeneration === metadata.generation;
  return {
    ready: current ? (ready?.status ?? '') : '',
    reason: ready?.reason ?? '',
    message: ready?.message ?? '',
    applied: status.lastAppliedRevision,
    attempted: status.lastAttemptedRevision,
    stalled: status.conditions.find(({ type }) => type === 'Stalled')?.reason ?? '',
    handled: status.lastHandledReconcileAt,
  };
}

/** Waits until an object stands as wanted. Throws with how it stands instead. */
export async function untilStanding(
  stage: Stage,
  namespace: string,
  object: string,
  wanted: (standing: Standing) => boolean,
  seconds = 120,
): Promise<Standing> {
  let last: unknown = 'it is not there';
  return until(
    `${object} in ${namespace}`,
    async () => {
      const standing = await standingOf(stage, namespace, object).catch((error: unknown) => {
        last = error;
        return undefined;
      });
      last = standing ?? last;
      if (standing !== undefined && wanted(standing)) return standing;
      await sleep(800);
      return undefined;
    },
    seconds / 5,
    () => (typeof last === 'string' || last instanceof Error ? String(last) : JSON.stringify(last)),
  );
}
