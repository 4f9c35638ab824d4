import { describe, expect } from 'vitest';
import type { RunReport } from '../../src/core/report.ts';
import { subjectAt } from '../../src/komodor/subject.ts';
import { ISSUE_TYPES } from '../../src/sandbox/world/timeline-rows.ts';
import { explain, type Harness, type HarnessOptions, it, problemsOf } from './harness.ts';

const DAY = 86_400_000;

/** A clock that only goes on when it is told to. */
function clockAt(start: number) {
  let moment = start;
  return {
    now: () => moment,
    goOn(ms: number) {
      moment += ms;
    },
  };
}

const OPTIONS: HarnessOptions = { services: 40, risksPerService: 0, clusters: 2, env: { ADD_ONS: 'issues' } };

async function begin(start: (options: HarnessOptions) => Promise<Harness>, env: HarnessOptions['env'] = {}) {
  const clock = clockAt(1_795_752_000_000);
  const harness = await start({ ...OPTIONS, env: { ...OPTIONS.env, ...env }, now: clock.now });
  const first = await harness.run();
  expect(first.status, explain(first)).not.toBe('failed');
  return { clock, harness };
}

/** The issues that began up to so many days ago and whose link names an event, the youngest hour left out. */
function issuesOf({ world }: Harness, now: number, days = 6) {
  const seconds = Math.floor(now / 1000);
  const query = { namespaces: [], fromSeconds: seconds - days * 86_400, toSeconds: seconds - 3_600, now: seconds };
  return world.clusters
    .flatMap(({ name: cluster }) =>
      ISSUE_TYPES.flatMap((type) =>
        world.timeline.issues({ ...query, cluster, type }).map((found) => ({ ...found, type, cluster })),
      ),
    )
    .filter(({ row }) => row.link.includes('eventId='));
}

function stored({ store }: Harness): readonly string[] {
  return store.entitiesOf('komodorIssue').map(({ identifier }) => identifier);
}

/** The identifiers that a plan would delete, by reason. */
function deletionsOf({ changes = [] }: RunReport): { readonly [identifier: string]: string | undefined } {
  const deletions = changes.filter(({ action, blueprint }) => action === 'delete' && blueprint === 'komodorIssue');
  return Object.fromEntries(deletions.map(({ identifier, reason }) => [identifier, reason]));
}

describe.concurrent('issues in the catalog', () => {
  it('are related to the services that have them', async ({ start }) => {
    const { harness } = await begin(start);
    const services = new Set(harness.store.entitiesOf('komodorService').map(({ identifier }) => identifier));
    const related = harness.store.entitiesOf('komodorIssue').flatMap(({ relations }) => relations.service ?? []);
    expect(related.length).toBeGreaterThan(20);
    expect(related.filter((service) => !services.has(String(service)))).toEqual([]);
  });

  it('change when they close, and stay when nothing happens', async ({ start }) => {
    const { clock, harness } = await begin(start);
    const open = issuesOf(harness, clock.now()).find(({ row }) => row.status === 'open');
    if (open === undefined) throw new Error('none is open');
    expect(harness.store.entity('komodorIssue', open.id)?.properties).toMatchObject({ status: 'open' });
    harness.world.timeline.close(open.id, Math.floor(clock.now() / 1000));
    harness.cutLogs();
    const report = await harness.run();
    expect(harness.store.entity('komodorIssue', open.id)?.properties).toMatchObject({
      status: 'closed',
      ended_at: expect.any(String),
    });
    expect(report.blueprints.find(({ blueprint }) => blueprint === 'komodorIssue')).toMatchObject({ deleted: 0 });
  });

  it('go when Komodor does not list them any more, and only those', async ({ start }) => {
    const { clock, harness } = await begin(start);
    const gone = issuesOf(harness, clock.now()).slice(3, 6);
    for (const { id } of gone) harness.world.timeline.remove(id);
    const expected = Object.fromEntries(gone.map(({ id }) => [id, 'gone']));
    expect(deletionsOf(await harness.run('plan'))).toEqual(expected);
    const before = stored(harness);
    await harness.run();
    expect(before.filter((identifier) => !stored(harness).includes(identifier)).sort()).toEqual(
      Object.keys(expected).sort(),
    );
  });

  it('stay when their time has left the window, and expire after keepDays', async ({ start }) => {
    const { clock, harness } = await begin(start);
    const before = stored(harness);
    clock.goOn(10 * DAY);
    expect(deletionsOf(await harness.run('plan'))).toEqual({});
    await harness.run();
    expect(stored(harness)).toEqual(expect.arrayContaining([...before]));
    clock.goOn(22 * DAY);
    const expired = deletionsOf(await harness.run('plan'));
    expect(new Set(Object.values(expired))).toEqual(new Set(['expired']));
    expect(Object.keys(expired).sort()).toEqual([...before].sort());
  });

  it.for(['drop-namespace shop', 'truncate 1', 'half-page', 'drop-cluster production-eu', 'empty'])(
    'stay when the list is cut: %s',
    async (fault, { start }) => {
      const { harness } = await begin(start);
      const before = stored(harness);
      harness.komodor.faults.add(`issues -> ${fault}`);
      const report = await harness.run();
      expect(
        before.filter((identifier) => !stored(harness).includes(identifier)),
        explain(report),
      ).toEqual([]);
    },
  );

  it('are read for every other cluster and type where Komodor fails for one', async ({ start }) => {
    const { harness } = await begin(start);
    harness.komodor.faults.add('issues -> refuse-pair 422 node-issue production-eu');
    const report = await harness.run();
    const kind = report.kinds.find((each) => each.kind === 'komodorIssue');
    expect(kind).toMatchObject({ complete: false, status: 'degraded' });
    expect(kind?.extracted).toBeGreaterThan(40);
    const [problem] = problemsOf(report, 'read_incomplete');
    expect(problem?.message).toContain('POST /clusters/issues/search: cannot search node-issue in production-eu');
    expect(report.kinds.filter(({ complete }) => !complete)).toHaveLength(1);
  });

  it('may be forbidden while the rest is read', async ({ start }) => {
    const { harness } = await begin(start);
    const before = stored(harness);
    harness.komodor.faults.add('issues -> 403');
    const report = await harness.run();
    expect(report.kinds.filter(({ complete }) => !complete).map(({ kind }) => kind)).toEqual(['komodorIssue']);
    expect(problemsOf(report, 'read_incomplete')[0]?.message).toMatch(/POST \/clusters\/issues\/search.*view:all/s);
    expect(stored(harness)).toEqual(before);
  });
});

describe.concurrent('a live event', () => {
  const SUBJECTS = { 'node-issue': 'Node', 'pvc-issue': 'PersistentVolumeClaim', availability: 'Deployment' } as const;

  it.for(Object.entries(SUBJECTS))('brings an issue of type %s of a %s up to date', async ([type, kind], { start }) => {
    const { clock, harness } = await begin(start);
    const issue = issuesOf(harness, clock.now()).find((each) => each.type === type && each.row.status === 'open');
    if (issue === undefined) throw new Error('none is open');
    harness.world.timeline.close(issue.id, Math.floor(clock.now() / 1000));
    const { cluster, namespace } = issue;
    const name = /\.([^.]+)\?/.exec(issue.row.link)?.[1] ?? 'any';
    const began = String(issue.row.startTime);
    const reports = await harness.refresh(subjectAt({ cluster, namespace, kind, name, began }));
    expect(reports.flatMap(({ problems }) => problems)).toEqual([]);
    expect(harness.store.entity('komodorIssue', issue.id)?.properties.status).toBe('closed');
  });

  it('of a system that nobody knows asks nothing', async ({ start }) => {
    const { harness } = await begin(start);
    const before = [harness.komodor.log.length, harness.store.deletions.length];
    const [report] = await harness.refresh({ system: 'elsewhere', place: { cluster: 'production-eu', name: 'x' } });
    expect(report).toEqual({ written: 0, unchanged: 0, deleted: 0, failed: 0, heldBack: 0, problems: [] });
    expect([harness.komodor.log.length, harness.store.deletions.length]).toEqual(before);
  });

  it('deletes no issue, though Komodor does not list it any more', async ({ start }) => {
    const { clock, harness } = await begin(start);
    const issue = issuesOf(harness, clock.now()).find(({ type }) => type === 'node-issue');
    if (issue === undefined) throw new Error('there is none');
    harness.world.timeline.remove(issue.id);
    const subject = subjectAt({ cluster: issue.cluster, namespace: '', kind: 'Node', name: 'ip-10-0-0-1' });
    const [report] = await harness.refresh(subject);
    expect(report).toMatchObject({ deleted: 0, heldBack: 0 });
    expect(stored(harness)).toContain(issue.id);
  });
});
