import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../deploy/tools.ts';
import { describeLab, Namespace, type PodView } from './lab.ts';
import { until } from './processes.ts';
import { useOutside } from './stand-ins.ts';

const CHART = join(ROOT, 'deploy/helm/komodor-port');
const WAIT = ['--wait', '--timeout', '150s'];
const HELMS = [
  { helm: 'helm4', rollBack: '--rollback-on-failure' },
  { helm: 'helm3', rollBack: '--atomic' },
] as const;

const NamesSchema = z.looseObject({
  items: z.array(z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) })),
});

for (const { helm, rollBack } of HELMS) {
  describeLab(`a release of the chart, by ${helm}, from its installation to its end`, () => {
    const outside = useOutside();
    let namespace: Namespace;
    let values: Readonly<Record<string, unknown>>;

    beforeAll(async () => {
      namespace = await Namespace.create(`release-${helm}`);
      await outside.giveCredentials(namespace, 'credentials');
      values = outside.values('credentials');
    });

    async function release(verb: string, chart: string, settings: object, ...flags: readonly string[]): Promise<void> {
      const all = { ...values, settings: { ...Object(values.settings), ...settings } };
      await namespace.must(helm, [verb, 'komodor-port', chart, '--values', '-', ...WAIT, ...flags], all);
    }

    async function onlyPod(): Promise<PodView> {
      const [pod, ...others] = await namespace.pods();
      if (pod === undefined || others.length > 0) throw new Error(`There are ${others.length + 1} pods.`);
      return pod;
    }

    it('is installed when the service is ready, and the service fills the catalog', async () => {
      await release('install', CHART, {});
      expect((await onlyPod()).status.containerStatuses).toMatchObject([{ ready: true, restartCount: 0 }]);
      await until('all services in Port', async () => outside.entitiesOf('komodorService') === 30 || undefined);
    });

    it('passes the tests of the chart', async () => {
      const before = await namespace.podsThatRan();
      await namespace.must(helm, ['test', 'komodor-port', '--timeout', '120s']);
      const ran = (await namespace.podsThatRan()).filter((name) => !before.includes(name));
      expect(ran).not.toEqual([]);
    });

    it('restarts nothing when only the version of the chart changes', async () => {
      const before = await onlyPod();
      const next = join(inject('lab').directory, `next-${helm}`);
      await cp(CHART, next, { recursive: true });
      const description = join(next, 'Chart.yaml');
      const text = await readFile(description, 'utf8');
      await writeFile(description, text.replace(/^version: .*$/m, 'version: 99.0.0'));
      await release('upgrade', next, {});
      expect((await onlyPod()).metadata.uid).toBe(before.metadata.uid);
      expect(await namespace.must(helm, ['list', '--output', 'json'])).toContain('komodor-port-99.0.0');
    });

    it('restarts the service with a value that changes', async () => {
      const before = await onlyPod();
      await release('upgrade', CHART, { LOG_LEVEL: 'debug' });
      const after = await until('the new pod alone', async () => {
        const pods = await namespace.pods();
        return pods.length === 1 ? pods[0] : undefined;
      });
      expect(after.metadata.uid).not.toBe(before.metadata.uid);
      await until('a line of the new level', async () =>
        (await namespace.log(after.metadata.name)).includes('"level":20') ? true : undefined,
      );
    });

    it('goes back when a value stops the service, whose reason is one line of the log', async () => {
      const before = await namespace.podsThatRan();
      const broken = release('upgrade', CHART, { RESYNC_INTERVAL: 'never' }, rollBack, '--timeout', '20s');
      await expect(broken).rejects.toThrow(/roll(ed|ing) ?back/i);
      const logs = await Promise.all(
        (await namespace.podsThatRan()).filter((name) => !before.includes(name)).map((name) => namespace.log(name)),
      );
      const reasons = logs.filter((log) => !log.includes('komodor-port starts'));
      const lines = new Set(reasons.flatMap((log) => log.trim().split('\n')));
      expect([...lines]).toEqual([expect.stringContaining('RESYNC_INTERVAL must be')]);
      await until('a service that is ready again', async () =>
        (await namespace.pods()).some(({ status }) => status.containerStatuses[0]?.ready) ? true : undefined,
      );
    });

    it('ends with exit code 0, and nothing of it is left', async () => {
      const { metadata } = await onlyPod();
      await namespace.must(helm, ['uninstall', 'komodor-port', ...WAIT]);
      await until('no pods', async () => ((await namespace.pods()).length === 0 ? true : undefined));
      const [last] = (await namespace.endings()).filter(({ pod }) => pod === metadata.name).toReversed();
      expect(last?.exitCode).toBe(0);
      const kinds =
        'all,configmaps,secrets,serviceaccounts,networkpolicies,poddisruptionbudgets,ingresses,roles,rolebindings,persistentvolumeclaims';
      const left = (await namespace.get(NamesSchema, kinds)).items.map(
        ({ kind, metadata: { name } }) => `${kind}/${name}`,
      );
      expect(left.toSorted()).toEqual(['ConfigMap/kube-root-ca.crt', 'Secret/credentials', 'ServiceAccount/default']);
    });
  });
}
