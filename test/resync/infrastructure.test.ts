import { describe, expect } from 'vitest';
import { createApplication } from '../../src/compose.ts';
import { loadSettings } from '../../src/config/settings.ts';
import { subjectAt } from '../../src/komodor/subject.ts';
import { createInlineMarks } from '../../src/queue/inline-marks.ts';
import { jobsOf } from '../../src/sandbox/world/jobs.ts';
import { monitorsOf } from '../../src/sandbox/world/monitors.ts';
import { explain, type Harness, it, problemsOf } from './harness.ts';

const ADD_ONS = { ADD_ONS: 'clusters,jobs,monitors' };
const BLUEPRINTS = ['komodorCluster', 'komodorJob', 'komodorMonitor'];

/** Port holds everything. */
async function filled(start: (options: object) => Promise<Harness>): Promise<Harness> {
  const harness = await start({ services: 40, risksPerService: 0, clusters: 4, env: ADD_ONS });
  const report = await harness.run();
  expect(report.status, explain(report)).toBe('completed');
  harness.store.deletions.length = 0;
  return harness;
}

const counts = ({ store }: Harness) => BLUEPRINTS.map((blueprint) => store.entities.count(blueprint));

function without<T>(rows: T[]): T {
  const [gone] = rows.splice(1, 1);
  if (gone === undefined) throw new Error('there is no row');
  return gone;
}

describe.concurrent('clusters, jobs and monitors', () => {
  it('go from Port when they are gone from Komodor, each confirmed by another question', async ({ start }) => {
    const harness = await filled(start);
    const before = counts(harness);
    const cluster = without(harness.world.clusters);
    without(jobsOf(harness.world));
    const shown = monitorsOf(harness.world).findIndex(({ isDeleted }) => !isDeleted);
    const [monitor] = monitorsOf(harness.world).splice(shown, 1);
    harness.cutLogs();
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(counts(harness)).toEqual(before.map((count) => count - 1));
    const asked = harness.komodor.log.map(({ route, path }) => `${route} ${path}`);
    expect(asked).toContainEqual(expect.stringContaining('clusters-scoped'));
    expect(asked).toContainEqual(expect.stringContaining('jobs-scoped'));
    expect(asked).toContainEqual(expect.stringContaining(`realtime-monitors/config/${monitor?.id}`));
    expect(harness.store.entitiesOf('komodorCluster').map(({ identifier }) => identifier)).not.toContain(cluster.name);
  });

  it.for([
    ['clusters -> truncate 2', 'jobs -> half-page', 'monitors -> truncate 5'],
    ['clusters -> empty', 'jobs -> empty', 'monitors -> empty'],
    ['clusters -> empty', 'clusters-scoped -> empty', 'jobs -> truncate 10', 'jobs-scoped -> 422'],
    ['clusters -> truncate 2', 'clusters-scoped -> 404', 'monitors -> truncate 5', 'monitor -> 404'],
    ['clusters -> 404', 'jobs -> no-meta', 'monitors -> bad-items'],
    ['clusters -> drop-cluster staging', 'jobs -> drop-cluster staging', 'monitor -> blank'],
  ])('are all kept by a source that is wrong: %j', async (faults, { start }) => {
    const harness = await filled(start);
    const before = counts(harness);
    for (const fault of faults) harness.komodor.faults.add(fault);
    await harness.run();
    expect(counts(harness)).toEqual(before);
    expect(harness.store.deletions).toEqual([]);
    harness.komodor.faults.clear();
    const next = await harness.run();
    expect(next.status, explain(next)).toBe('completed');
    expect(counts(harness)).toEqual(before);
  });

  it.for([
    ['clusters', 'komodorCluster', 'GET /clusters'],
    ['jobs', 'komodorJob', 'POST /jobs/search'],
    ['monitors', 'komodorMonitor', 'GET /realtime-monitors/config'],
  ] as const)(
    'cost no other kind when the account may not read them: %s',
    async ([route, kind, endpoint], { start }) => {
      const harness = await filled(start);
      harness.komodor.faults.add(`${route} -> 403`);
      const report = await harness.run();
      expect(report.status, explain(report)).toBe('failed');
      expect(
        report.kinds.filter(({ status }) => status !== 'completed').map((each) => [each.kind, each.status]),
      ).toEqual([[kind, 'failed']]);
      const [problem] = problemsOf(report, 'read_incomplete');
      expect(problem?.message).toContain(`403 (Forbidden) to ${endpoint}`);
      expect(problem?.message).toContain('view:all');
      expect(harness.store.deletions).toEqual([]);
    },
  );

  it('follow live events: a job of which Komodor knows nothing any more goes at once', async ({ start }) => {
    const harness = await filled(start);
    const environment = { ...harness.env, ...ADD_ONS };
    const application = await createApplication(loadSettings(environment, { dotenvPath: '/dev/null' }), environment);
    try {
      const live = application.live(createInlineMarks());
      const jobs = jobsOf(harness.world);
      const at = jobs.findIndex(({ status }) => status !== 'failed');
      const job = jobs[at];
      if (job === undefined) throw new Error('there is no such job');
      jobs[at] = { ...job, status: 'failed' };
      const { signal } = new AbortController();
      expect(await live.refresh(subjectAt(job), signal)).toMatchObject([{ written: 1, deleted: 0 }]);
      jobs.splice(at, 1);
      const before = harness.store.entities.count('komodorJob');
      expect(await live.refresh(subjectAt(job), signal)).toMatchObject([{ deleted: 1, heldBack: 0 }]);
      expect(harness.store.entities.count('komodorJob')).toBe(before - 1);
    } finally {
      application.close();
    }
  });
});
