import { expect, it } from 'vitest';
import { z } from 'zod';
import { containerOf, dataOf, find, kindsOf, podOf } from './chart.ts';
import { template } from './manifests.ts';
import { describeWith } from './tools.ts';

const cronJob = z.looseObject({
  spec: z.looseObject({
    schedule: z.string(),
    timeZone: z.string().optional(),
    suspend: z.boolean(),
    concurrencyPolicy: z.string(),
    jobTemplate: z.looseObject({
      spec: z.looseObject({ activeDeadlineSeconds: z.number().optional(), backoffLimit: z.number() }),
    }),
  }),
});
const job = z.looseObject({
  metadata: z.looseObject({ name: z.string(), annotations: z.record(z.string(), z.string()) }),
  spec: z.looseObject({ activeDeadlineSeconds: z.number().optional() }),
});

async function cronOf(values: object) {
  return cronJob.parse(find(await template({ values: { workload: { kind: 'CronJob' }, ...values } }), 'CronJob')).spec;
}

describeWith(['helm4'], 'the chart as a CronJob, and resyncs by hook', () => {
  it('has no Deployment, no Service, and a container that ends after one resync', async () => {
    const manifests = await template({ values: { workload: { kind: 'CronJob' }, ingress: { enabled: true } } });
    const kinds = kindsOf(manifests).filter((kind) => !kind.startsWith('Pod/'));
    expect(kinds).toEqual([
      'ConfigMap/komodor-port',
      'CronJob/komodor-port-resync',
      'Job/komodor-port-resync-hook',
      'ServiceAccount/komodor-port',
    ]);
    expect(dataOf(manifests, 'ConfigMap')).toMatchObject({ EVENT_LISTENER: 'ONCE' });
    expect(dataOf(manifests, 'ConfigMap')).not.toHaveProperty('RESYNC_INTERVAL');
    const container = containerOf(manifests, 'CronJob', 'komodor-port-resync');
    expect(container).not.toHaveProperty('livenessProbe');
    expect(container).not.toHaveProperty('startupProbe');
    expect(podOf(find(manifests, 'CronJob'))?.spec).toMatchObject({ restartPolicy: 'Never' });
  });

  it.each<[string | number | null, string]>([
    [null, '0 * * * *'],
    ['*/5 * * * *', '*/5 * * * *'],
    ["'0 2 * * *'", '0 2 * * *'],
    ['@daily', '@daily'],
    [30, '*/30 * * * *'],
    ['15', '*/15 * * * *'],
    [60, '0 * * * *'],
    [120, '0 */2 * * *'],
    [1440, '0 0 * * *'],
  ])('runs %s as %s', async (scheduledResyncInterval, schedule) => {
    expect(await cronOf({ scheduledResyncInterval })).toMatchObject({ schedule });
  });

  it('passes on what the stock chart passes on, and a time zone', async () => {
    const cron = { suspend: true, timeZone: 'Europe/Berlin', resyncTimeoutMinutes: 5, failedJobsHistoryLimit: 0 };
    const values = { workload: { kind: 'CronJob', cron }, scheduleConcurrencyPolicy: 'Replace' };
    expect(await cronOf(values)).toMatchObject({
      suspend: true,
      timeZone: 'Europe/Berlin',
      concurrencyPolicy: 'Replace',
      failedJobsHistoryLimit: 0,
      jobTemplate: { spec: { activeDeadlineSeconds: 300, backoffLimit: 0 } },
    });
  });

  it.each([0, null])('sets no limit for resyncTimeoutMinutes: %s, as the stock chart', async (resyncTimeoutMinutes) => {
    const { spec } = (await cronOf({ workload: { kind: 'CronJob', cron: { resyncTimeoutMinutes } } })).jobTemplate;
    expect(spec.activeDeadlineSeconds).toBeUndefined();
  });

  it('has names that Kubernetes takes, however long the release or the override is, and keeps two of them apart', async () => {
    const names = new Set<string>();
    for (const end of ['one', 'two']) {
      const fullnameOverride = `${'a-very-long-name-of-a-release-'.repeat(3)}${end}`;
      const values = { fullnameOverride, workload: { kind: 'CronJob' } };
      const { name } = find(await template({ values }), 'CronJob').metadata;
      expect(name.length).toBeLessThanOrEqual(52);
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
      names.add(name);
    }
    expect(names.size).toBe(2);
    const release = 'a-release-whose-name-is-as-long-as-helm-allows-it-to-';
    for (const { metadata } of await template({ release: release.slice(0, 52), values: { redis: { enabled: true } } }))
      expect(metadata.name.length).toBeLessThanOrEqual(63);
  });

  it.each<[string, object, string | undefined]>([
    ['Deployment', {}, undefined],
    ['Deployment, asked for', { resyncHook: { onInstall: true, onUpgrade: true } }, 'post-install,post-upgrade'],
    ['Deployment, upgrades', { resyncHook: { onUpgrade: true } }, 'post-upgrade'],
    ['CronJob', { workload: { kind: 'CronJob' } }, 'post-install'],
    ['CronJob, both', { workload: { kind: 'CronJob', cron: { resyncOnUpgrade: true } } }, 'post-install,post-upgrade'],
    ['CronJob, neither', { workload: { kind: 'CronJob', cron: { resyncOnInstall: false } } }, undefined],
  ])('%s: the hook', async (_, values, hook) => {
    const manifests = await template({ values });
    const jobs = manifests.filter(({ kind }) => kind === 'Job').map((one) => job.parse(one));
    expect(jobs.map(({ metadata }) => metadata.annotations['helm.sh/hook'])).toEqual(hook ? [hook] : []);
    if (hook)
      expect(containerOf(manifests, 'Job', 'komodor-port-resync-hook')).toMatchObject({
        args: ['start', '--attention-ok'],
        env: expect.arrayContaining([{ name: 'EVENT_LISTENER', value: 'ONCE' }]),
      });
  });

  it('limits the hook, and not with 0', async () => {
    const limitOf = async (activeDeadlineSeconds: number) => {
      const values = { resyncHook: { onInstall: true, activeDeadlineSeconds } };
      return job.parse(find(await template({ values }), 'Job')).spec.activeDeadlineSeconds;
    };
    expect([await limitOf(90), await limitOf(0)]).toEqual([90, undefined]);
  });
});
