import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { Entity } from '../../src/sandbox/port/model.ts';
import { jobsOf } from '../../src/sandbox/world/jobs.ts';
import type { IssueType } from '../../src/sandbox/world/timeline-rows.ts';
import { metricOf, until } from './caller.ts';
import { eventAbout, olderEventAbout, postEvent, type Thing } from './komodor-events.ts';
import { it, type RunningService, type Stage } from './stage.ts';

const QUIET = { RESYNC_INTERVAL: 'off', EVENT_LISTENER_INTERVAL: '3600' };
const BLUEPRINTS = ['komodorService', 'komodorJob', 'komodorIssue', 'komodorDeploy', 'komodorHealthMonitoring'];
const DAY = 86_400;
/** What one event may cost; and one whose issue began before the last two days. */
const MOST_REQUESTS = { young: 9, old: 13 };

interface Monitor {
  readonly monitorType: string;
  /** The kind that newer events name. */
  readonly kind: string;
  readonly issues: readonly IssueType[];
}

const OF_SERVICES = {
  kind: 'Deployment',
  issues: ['availability', 'failed-deploy'],
} as const;
const OF_JOBS = { issues: ['workflow-issue'] } as const;
const MONITORS: readonly Monitor[] = [
  { monitorType: 'availability', ...OF_SERVICES },
  { monitorType: 'deploy', ...OF_SERVICES },
  { monitorType: 'node', kind: 'Node', issues: ['node-issue'] },
  { monitorType: 'PVC', kind: 'PersistentVolumeClaim', issues: ['pvc-issue'] },
  { monitorType: 'job', kind: 'Job', ...OF_JOBS },
  { monitorType: 'cronJob', kind: 'CronJob', ...OF_JOBS },
  { monitorType: 'workflow', kind: 'Workflow', issues: ['workflow-issue'] },
];
const SHAPES = { newer: eventAbout, older: olderEventAbout };
const CASES = MONITORS.flatMap((monitor) =>
  (['newer', 'older'] as const).map((shape) => ({ monitor, shape, name: `${monitor.monitorType}, ${shape} shape` })),
);

describe.concurrent('live events of every monitor', () => {
  it.for(CASES)('mend what is in Port of their thing, with a handful of requests: $name', async (given, { open }) => {
    const { monitor, shape } = given;
    const { stage, service } = await synced(open);
    const { thing, startTime } = issuesOf(stage, monitor)[0] ?? withoutIssue(stage, monitor.kind);
    const theirs = all(stage).filter((entity) => isAbout(entity, thing));
    const due = theirs.filter(({ properties }) => isShown(properties.started_at, startTime));
    // In Port everything is wrong; only what the event is about is to be right afterwards.
    const right = new Map(all(stage).map((entity) => [keyOf(entity), entity.title]));
    for (const entity of all(stage)) stage.store.putEntity({ ...entity, title: 'wrong' });
    const before = stage.komodor.log.length;
    const event = { ...SHAPES[shape](thing), startTime: new Date(startTime * 1000).toISOString() };
    await postEvent(service, { ...event, monitorType: monitor.monitorType });
    await until(() => stage.komodor.log.length > before, 20_000);
    const mended = () => all(stage).filter(({ title }) => title !== 'wrong');
    await until(() => due.every((entity) => mended().some((each) => keyOf(each) === keyOf(entity))), 20_000);
    await idle(service);

    // A link of a node's issue does not tell the node, so all of its cluster are looked at.
    expect(
      mended()
        .map(keyOf)
        .filter((key) => !theirs.map(keyOf).includes(key)),
    ).toEqual([]);
    expect(mended().every((entity) => right.get(keyOf(entity)) === entity.title)).toBe(true);
    expect(stage.store.deletions).toEqual([]);
    const asked = stage.komodor.log.slice(before).map(({ route }) => route);
    const age = startTime > Date.now() / 1000 - 2 * DAY + 60 ? 'young' : 'old';
    expect(asked.length, asked.join()).toBeLessThanOrEqual(MOST_REQUESTS[age]);
    expect(asked.filter((route) => route.startsWith('clusters') || route === 'services' || route === 'jobs')).toEqual(
      [],
    );
  });

  it.for([
    ['a start that is told', true],
    ['a start that is not told', false],
  ] as const)('bring the end of an issue that began days ago: %s', async ([, isTold], { open }) => {
    const { stage, service } = await synced(open);
    for (const monitor of MONITORS) {
      const issue = issuesOf(stage, monitor).find(({ age, row }) => age > 3 * DAY && row.status === 'open');
      if (issue === undefined) continue;
      stage.world.timeline.close(issue.id, Math.floor(Date.now() / 1000));
      await postEvent(service, {
        ...eventAbout(issue.thing),
        ...{ monitorType: monitor.monitorType, status: 'close' },
        startTime: isTold ? new Date(issue.startTime * 1000).toISOString() : '0001-01-01T00:00:00Z',
      });
      await until(() => stage.store.entity('komodorIssue', issue.id)?.properties.status === 'closed', 20_000);
    }
    await idle(service);
    expect(stage.store.deletions).toEqual([]);
  });

  it('delete a job that is gone, and nothing else', async ({ open }) => {
    const { stage, service } = await synced(open);
    const jobs = jobsOf(stage.world);
    for (const kind of ['Job', 'CronJob']) {
      const [gone] = jobs.splice(
        jobs.findIndex((job) => job.kind === kind),
        1,
      );
      if (gone === undefined) throw new Error(`no ${kind}`);
      const before = stage.store.deletions.length;
      await postEvent(service, { ...olderEventAbout(gone), monitorType: kind });
      await until(() => stage.store.deletions.length > before, 20_000);
      const { cluster, namespace, name } = gone;
      expect(stage.store.deletions.slice(before)).toEqual([
        expect.objectContaining({ blueprint: 'komodorJob', identifier: [kind, cluster, namespace, name].join('-') }),
      ]);
    }
    await idle(service);
    expect(stage.store.deletions).toHaveLength(2);
  });

  it.for(['drop-list', 'cut', '500'])('delete no job while Komodor answers %s', async (fault, { open }) => {
    const { stage, service } = await synced(open);
    const [job] = jobsOf(stage.world);
    if (job === undefined) throw new Error('no job');
    stage.komodor.faults.add(`jobs-scoped -> ${fault} x3`);
    const before = stage.komodor.log.length;
    await postEvent(service, eventAbout(job));
    await until(
      () => stage.komodor.log.slice(before).filter(({ route }) => route === 'jobs-scoped').length > 3,
      30_000,
    );
    await idle(service);
    expect(stage.store.deletions).toEqual([]);
  });

  it('ask nothing for kinds whose add-on is off', async ({ open }) => {
    const { stage, service } = await synced(open, '');
    const before = stage.komodor.log.length;
    for (const [index, { kind, monitorType }] of MONITORS.entries()) {
      const thing = { cluster: stage.world.clusters[0]?.name ?? '', namespace: 'shop', kind, name: `nobody-${index}` };
      await postEvent(service, { ...eventAbout(thing), monitorType });
    }
    await until(() => stage.komodor.log.length - before >= MONITORS.length, 20_000);
    await idle(service);
    const asked = new Set(stage.komodor.log.slice(before).map(({ route }) => route));
    expect(asked).toEqual(new Set(['risks-scoped', 'services-scoped']));
    stage.expectTruth();
  });
});

/** The issues of a monitor's things, with the things. Those of nodes name no thing. */
function issuesOf(stage: Stage, { kind, issues }: Monitor) {
  const now = Math.floor(Date.now() / 1000);
  const query = { namespaces: [], fromSeconds: now - 6 * DAY, toSeconds: now - 3_600, now };
  const found = stage.world.clusters.flatMap(({ name: cluster }) =>
    issues.flatMap((type) =>
      stage.world.timeline.issues({ ...query, cluster, type }).map(({ id, namespace, row }) => {
        const name = kind === 'Node' ? 'ip-10-0-0-1' : (/\.([^.?]+)\?/.exec(row.link)?.[1] ?? '');
        return {
          id,
          row,
          startTime: row.startTime,
          age: now - row.startTime,
          thing: { cluster, namespace, kind, name },
        };
      }),
    ),
  );
  // What the world calls so, and of no other kind; and whose link names the event.
  return found.filter(({ id, thing }) => {
    const theirs = all(stage).filter((entity) => isAbout(entity, thing));
    const kinds = theirs.flatMap(({ properties: { workload_kind, job_kind } }) => workload_kind ?? job_kind ?? []);
    const isRight = ['Deployment', 'Job', 'CronJob'].includes(kind)
      ? kinds.length > 0 && kinds.every((told) => told === kind)
      : kinds.length === 0 && (kind !== 'Workflow' || thing.name.startsWith('nightly-'));
    return isRight && stage.store.entity('komodorIssue', id) !== undefined;
  });
}

/** On some days the world has no issue of some kind. */
function withoutIssue({ world }: Stage, kind: string): { readonly thing: Thing; readonly startTime: number } {
  const startTime = Math.floor(Date.now() / 1000) - 3_600;
  const service = world.services.find((each) => each.kind === kind);
  const thing = service && { ...service, name: service.service };
  const other = { cluster: world.clusters[0]?.name ?? '', namespace: 'shop', kind, name: 'nobody' };
  return { thing: thing ?? jobsOf(world).find((job) => job.kind === kind) ?? other, startTime };
}

/** Whether an event looks at what began then: in the last two days, or about when its own issue did. */
function isShown(startedAt: unknown, startTime: number): boolean {
  if (typeof startedAt !== 'string') return true;
  const second = Date.parse(startedAt) / 1000;
  return second > Date.now() / 1000 - 2 * DAY + 60 || Math.abs(second - startTime) < 60;
}

function isAbout({ blueprint, properties }: Entity, { kind, cluster, namespace, name }: Thing): boolean {
  if (properties.cluster_name !== cluster) return false;
  if (kind === 'Node') return blueprint === 'komodorIssue' && properties.issue_type === 'node-issue';
  const { service_name, job_name, workload_name, resource_name } = properties;
  return (
    properties.namespace_name === namespace && [service_name, job_name, workload_name, resource_name].includes(name)
  );
}

function all({ store }: Stage): readonly Entity[] {
  return BLUEPRINTS.flatMap((blueprint) => (store.blueprint(blueprint) ? store.entitiesOf(blueprint) : []));
}

function keyOf({ blueprint, identifier }: Entity): string {
  return `${blueprint} ${identifier}`;
}

/** A service whose first resync is done, and that does nothing more by itself. */
async function synced(
  open: () => Promise<Stage>,
  addOns = 'clusters,jobs,issues,deploys',
): Promise<{ stage: Stage; service: RunningService }> {
  const stage = await open();
  const service = await stage.service({ ...QUIET, ADD_ONS: addOns });
  const [run] = await service.settled();
  expect(run?.status).toBe('completed');
  return { stage, service };
}

/** Waits until no live event is left, with time for one that is being worked off. */
async function idle(service: RunningService): Promise<void> {
  await until(async () => metricOf(await service.metrics(), 'komodor_port_queue_depth{queue="live_waiting"}') === 0);
  await sleep(400);
}
