import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { TOOLS_FOLDER } from '../deploy/tools.ts';
import { absentControllers } from './flux/controllers.ts';
import { edited, openStage, type Stage, type Standing, untilStanding } from './flux/stage.ts';
import { whyNot } from './here.ts';
import { until } from './processes.ts';

/** Needs the lab, and FLUX_LAB=1, which promises that Flux's controllers are there. */
function whyNoFlux(): string | undefined {
  if (process.env.FLUX_LAB !== '1') return 'FLUX_LAB=1 runs it: scripts/deploy/flux-lab.sh';
  const reason = whyNot();
  const absent = [
    ...absentControllers(TOOLS_FOLDER),
    ...(existsSync(join(TOOLS_FOLDER, 'crds', 'flux')) ? [] : ['crds/flux']),
  ];
  if (reason === undefined && absent.length > 0) {
    throw new Error(
      `FLUX_LAB=1, but there is no ${absent.join(', ')} in ${TOOLS_FOLDER}: scripts/deploy/flux-lab.sh build`,
    );
  }
  return reason;
}

const why = whyNoFlux();
const SYSTEM = 'flux-system';
const OURS = 'komodor-port';
const VALUES = 'deploy/flux/app/overlays/dev/values.yaml';
const CLUSTER = 'deploy/flux/clusters/dev';
const RELEASE = 'helmrelease/komodor-port';
const APP = 'kustomization.kustomize.toolkit.fluxcd.io/komodor-port-app';
const KUSTOMIZATIONS = [
  'flux-system',
  'komodor-port-crds',
  'komodor-port-secrets',
  'komodor-port-app',
  'komodor-port-catalog',
];

/** What the image, Kubernetes and the shell put there. */
const OF_EVERY_POD = /^(HOSTNAME|PATH|HOME|PWD|NODE_ENV|KUBERNETES_.*|KOMODOR_PORT_(SERVICE|PORT)_?.*)$/;

const PodsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), uid: z.string(), deletionTimestamp: z.string().optional() }),
      status: z.looseObject({ podIP: z.string().default('') }),
    }),
  ),
});
const DataSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });
const RunsSchema = z.looseObject({ runs: z.array(z.looseObject({ runId: z.string() })) });

describe.skipIf(why !== undefined)(
  `Flux's controllers on a real API server${why === undefined ? '' : ` (${why})`}`,
  () => {
    let stage: Stage;

    beforeAll(async () => {
      stage = await openStage(inject('lab'), TOOLS_FOLDER);
    }, 400_000);
    afterAll(async () => {
      if (stage === undefined) return;
      const record = process.env.FLUX_EVENTS;
      if (record !== undefined) await writeFile(record, JSON.stringify(stage.recorder.events, undefined, 2));
      await stage.close();
    }, 120_000);

    async function pods() {
      const { items } = await stage.get(PodsSchema, 'pods', '-n', OURS, '-l', 'app.kubernetes.io/component=server');
      return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    }

    async function thePod() {
      const all = await pods();
      expect(all).toHaveLength(1);
      const [pod] = all;
      if (pod === undefined) throw new Error('There is no pod.');
      return {
        uid: pod.metadata.uid,
        url: `http://${pod.status.podIP}:8000`,
        environment: await environmentOf(pod.metadata.name),
      };
    }

    /** All of Flux's objects are ready, on this commit. */
    async function untilReconciled(commit: string, seconds = 150): Promise<void> {
      for (const name of KUSTOMIZATIONS) {
        const object = `kustomization.kustomize.toolkit.fluxcd.io/${name}`;
        await untilStanding(
          stage,
          SYSTEM,
          object,
          ({ ready, applied }) => ready === 'True' && applied.endsWith(commit),
          seconds,
        );
      }
      await untilStanding(
        stage,
        OURS,
        RELEASE,
        ({ ready, attempted }) => ready === 'True' && attempted.endsWith(commit.slice(0, 12)),
        seconds,
      );
    }

    async function runs() {
      const { url } = await thePod();
      const response = await fetch(`${url}/v1/runs?limit=50`, { headers: { authorization: 'Bearer token-of-api' } });
      return RunsSchema.parse(await response.json()).runs;
    }

    it('brings everything up from Git, in its order', async () => {
      const commit = await stage.push('Tell the service of deployments', {
        ...(await edited(stage.git, `${CLUSTER}/kustomization.yaml`, [
          [/# - (..\/components\/notifications)/, '- $1'],
        ])),
        'deploy/flux/secrets/overlays/dev/kustomization.yaml': withKeys(
          await stage.git.read('deploy/flux/secrets/overlays/dev/kustomization.yaml'),
        ),
      });
      await untilReconciled(commit, 300);
      const { url } = await thePod();
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      await until('entities in Port', async () =>
        stage.standIns.port.store.entitiesOf('komodorService').length > 0 ? true : undefined,
      );
    }, 400_000);

    it('gives the service the environment of the ConfigMap and of the Secret, and nothing else', async () => {
      const { environment } = await thePod();
      const { data: settings } = await stage.get(DataSchema, 'configmap', '-n', OURS, 'komodor-port');
      const { data: secrets } = await stage.get(DataSchema, 'secret', '-n', OURS, 'komodor-port');
      expect(environment).toMatchObject(settings);
      for (const [name, value] of Object.entries(secrets))
        expect(environment[name]).toBe(Buffer.from(value, 'base64').toString());
      const ofPod = ['ROLE', 'NODE_OPTIONS'];
      const others = Object.keys(environment).filter(
        (name) => !(name in settings || name in secrets || ofPod.includes(name)),
      );
      expect(others.filter((name) => !OF_EVERY_POD.test(name))).toEqual([]);
    });

    it('starts a new process with a value that a commit changed', async () => {
      const before = await thePod();
      const commit = await stage.push(
        'Log less',
        await edited(stage.git, VALUES, [[/LOG_LEVEL: \w+/, 'LOG_LEVEL: warn']]),
      );
      await untilReconciled(commit);
      const after = await thePod();
      expect(after.uid).not.toBe(before.uid);
      expect(after.environment.LOG_LEVEL).toBe('warn');
    });

    it.each(['README.md', 'deploy/helm/komodor-port/README.md'])(
      'restarts nothing for a commit of %s alone',
      async (file) => {
        const before = await thePod();
        const commit = await stage.push('Write', { [file]: `Commit of ${file}\n` });
        await untilReconciled(commit);
        expect((await thePod()).uid).toBe(before.uid);
      },
    );

    it('starts a new process with a variable of cluster-settings that a commit changed', async () => {
      const before = await thePod();
      const settings = `${CLUSTER}/cluster-settings.yaml`;
      const commit = await stage.push(
        'Resync less often',
        await edited(stage.git, settings, [[/RESYNC_INTERVAL: .*/, 'RESYNC_INTERVAL: 2h']]),
      );
      await untilReconciled(commit);
      const pod = await until('the value in a new process', async () => {
        const now = await thePod().catch(() => undefined);
        return now?.environment.RESYNC_INTERVAL === '2h' ? now : undefined;
      });
      expect(pod.uid).not.toBe(before.uid);
    });

    it('takes back what somebody changed by hand', async () => {
      const before = await stage.get(DataSchema, 'configmap', '-n', OURS, 'komodor-port');
      await stage.kubectl([
        'patch',
        'configmap',
        '-n',
        OURS,
        'komodor-port',
        '--type=merge',
        '-p',
        '{"data":{"LOG_LEVEL":"fatal"}}',
      ]);
      await stage.kubectl([
        'annotate',
        '--overwrite',
        '-n',
        OURS,
        RELEASE,
        `reconcile.fluxcd.io/requestedAt=${Date.now()}`,
      ]);
      await until('the value of Git', async () => {
        const { data } = await stage.get(DataSchema, 'configmap', '-n', OURS, 'komodor-port');
        return data.LOG_LEVEL === before.data.LOG_LEVEL ? true : undefined;
      });
    });

    it('rolls a value back that stops the service, and then stays as it is and says so', async () => {
      const before = await thePod();
      const good = await stage.git.read(VALUES);
      const bad = await stage.push('Break', { [VALUES]: good.replace(/LOG_LEVEL: warn/, 'LOG_LEVEL: loudest') });
      const gaveUp = (standing: Standing) =>
        standing.stalled === 'RetriesExceeded' && standing.attempted.endsWith(bad.slice(0, 12));
      const failed = await untilStanding(stage, OURS, RELEASE, gaveUp, 300);
      expect(failed).toMatchObject({ ready: 'False', reason: 'RollbackSucceeded' });
      expect(failed.message).toMatch(/^Helm rollback to previous release .* succeeded$/);
      const back = await thePod();
      expect(back.environment.LOG_LEVEL).toBe('warn');
      expect(back.uid).not.toBe(before.uid);
      const app = await untilStanding(stage, SYSTEM, APP, ({ ready }) => ready === 'False');
      expect(app.reason).toBe('HealthCheckFailed');
    }, 400_000);

    it('tries again only on a reset, and heals with the next good commit', async () => {
      const before = await thePod();
      const request = `asked-${Date.now()}`;
      const annotate = ['annotate', '--overwrite', '-n', OURS, RELEASE];
      // flux reconcile helmrelease komodor-port -n komodor-port
      await stage.kubectl([...annotate, `reconcile.fluxcd.io/requestedAt=${request}`]);
      const handled = await untilStanding(stage, OURS, RELEASE, (standing) => standing.handled === request);
      expect(handled.stalled).toBe('RetriesExceeded');
      expect((await thePod()).uid).toBe(before.uid);
      // The same with --reset.
      const reset = `${request}-reset`;
      const both = ['requestedAt', 'resetAt'].map((name) => `reconcile.fluxcd.io/${name}=${reset}`);
      await stage.kubectl([...annotate, ...both]);
      await untilStanding(stage, OURS, RELEASE, ({ ready, stalled }) => ready === 'Unknown' && stalled === '');
      const commit = await stage.push('Mend', await edited(stage.git, VALUES, [[/LOG_LEVEL: \w+/, 'LOG_LEVEL: info']]));
      await untilReconciled(commit, 300);
      expect((await thePod()).environment.LOG_LEVEL).toBe('info');
    }, 400_000);

    it('asks the service for one resync for each commit', async () => {
      const commit = await stage.push(
        'Log more',
        await edited(stage.git, VALUES, [[/LOG_LEVEL: \w+/, 'LOG_LEVEL: debug']]),
      );
      await untilReconciled(commit);
      const caused = () => runs().then((all) => all.filter((run) => JSON.stringify(run).includes(commit.slice(0, 12))));
      await until('a resync for the commit', async () => ((await caused()).length > 0 ? true : undefined));
      // The last event of a commit: the application is ready.
      await until('the last event', async () =>
        stage.recorder.events.some(
          ({ involvedObject, reason, metadata }) =>
            involvedObject.name === 'komodor-port-catalog' &&
            reason === 'ReconciliationSucceeded' &&
            metadata.revision?.endsWith(commit),
        )
          ? true
          : undefined,
      );
      const [run, ...others] = await caused();
      expect(others).toEqual([]);
      expect(run).toMatchObject({ trigger: 'webhook', causes: [{ source: 'flux' }] });
    });

    it('removes what left Git', async () => {
      const path = 'deploy/catalog/entities/kustomization.yaml';
      const there = await stage.kubectl(['get', 'entities,clusterentities', '-A', '-o', 'name']);
      expect(there).toContain('entity');
      const commit = await stage.push('Remove the catalog', {
        [path]: 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n',
      });
      await untilReconciled(commit);
      expect(await stage.kubectl(['get', 'entities,clusterentities', '-A', '-o', 'name'])).toBe('');
      expect(await stage.kubectl(['get', 'crd', '-o', 'name'])).toContain('entities');
    });
  },
);

/** The keys that the HTTP API and Flux's notifications need. */
function withKeys(kustomization: string): string {
  return `${kustomization.replace(/^# components:$/m, '')}components:\n  - ../../components/keys-http\n`;
}

/** What a program of the pod really has, as the kernel tells it. */
async function environmentOf(pod: string): Promise<Readonly<Record<string, string>>> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const variables = Object.fromEntries(text.split('\0').filter(Boolean).map(parted));
    if (variables.HOSTNAME === pod) return variables;
  }
  throw new Error(`No process of pod ${pod} runs.`);
}

function parted(line: string): readonly [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}
