import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../deploy/tools.ts';
import { describeLab, Namespace } from './lab.ts';
import { until } from './processes.ts';
import { useOutside } from './stand-ins.ts';

const CHART = join(ROOT, 'deploy/helm/komodor-port');
const WAIT = ['--wait', '--timeout', '200s'];
const NamesSchema = z.looseObject({ items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })) });
const JobSchema = z.looseObject({
  status: z.looseObject({ succeeded: z.number().default(0), failed: z.number().default(0) }),
});

describeLab('other shapes of the chart', () => {
  const outside = useOutside();

  it('as a CronJob: one resync at the installation, and one by hand from the CronJob', async () => {
    const namespace = await Namespace.create('cronjob');
    await outside.giveCredentials(namespace, 'credentials');
    const values = { ...outside.values('credentials'), workload: { kind: 'CronJob' } };
    await namespace.must('helm4', ['install', 'komodor-port', CHART, '--values', '-', ...WAIT], values);
    expect(outside.entitiesOf('komodorService')).toBe(30);
    const [cronJob] = (await namespace.get(NamesSchema, 'cronjobs')).items;
    await namespace.must('kubectl', ['create', 'job', 'by-hand', `--from=cronjob/${cronJob?.metadata.name}`]);
    const job = await until('the job', async () => {
      const { status } = await namespace.get(JobSchema, 'job', 'by-hand');
      return status.succeeded + status.failed > 0 ? status : undefined;
    });
    expect(job).toMatchObject({ succeeded: 1, failed: 0 });
    await namespace.must('helm4', ['uninstall', 'komodor-port', ...WAIT]);
    const left = await until('no pods', async () => {
      const pods = await namespace.pods();
      return pods.every(({ metadata: { name } }) => name.startsWith('by-hand')) ? pods : undefined;
    });
    expect(left.length).toBeLessThanOrEqual(1);
  });

  it('as a CronJob whose resync fails: the installation says so, and the log why', async () => {
    const namespace = await Namespace.create('cronjob-fails');
    await namespace.must('kubectl', ['create', 'secret', 'generic', 'credentials', '--from-literal=PORT_CLIENT_ID=x']);
    const values = { ...outside.values('credentials'), workload: { kind: 'CronJob' } };
    const { code } = await namespace.run('helm4', ['install', 'komodor-port', CHART, '--values', '-', ...WAIT], values);
    expect(code).toBe(1);
    const logs = await Promise.all((await namespace.podsThatRan()).map((name) => namespace.log(name)));
    expect(logs.join('\n')).toContain('KOMODOR_API_KEY');
    expect(logs.join('\n')).toContain('PORT_CLIENT_SECRET');
  });

  it('split into two servers and a worker that share a Redis', async () => {
    const namespace = await Namespace.create('split');
    await outside.giveCredentials(namespace, 'credentials');
    const values = {
      ...outside.values('credentials'),
      workload: { deployment: { replicas: 2 } },
      roles: { worker: { enabled: true, replicas: 1 } },
      redis: { enabled: true, persistence: { enabled: true } },
    };
    await namespace.must('helm4', ['install', 'komodor-port', CHART, '--values', '-', ...WAIT], values);
    const pods = await namespace.pods();
    expect(pods.map(({ status }) => status.containerStatuses[0]?.ready)).toEqual([true, true, true, true]);
    const worker = pods.find(({ metadata: { name } }) => name.includes('worker'))?.metadata.name ?? '';
    await until('a run in the worker', async () =>
      (await namespace.log(worker)).includes('run finished') ? true : undefined,
    );
    for (const { metadata } of pods.filter(({ metadata: { name } }) => name !== worker)) {
      expect(await namespace.log(metadata.name)).not.toContain('run finished');
    }
    await namespace.must('helm4', ['uninstall', 'komodor-port', ...WAIT]);
    await until('no pods', async () => ((await namespace.pods()).length === 0 ? true : undefined));
    expect((await namespace.endings()).map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  });
});
