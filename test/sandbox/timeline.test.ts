import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeIssues } from '../../src/sandbox/world/change-issues.ts';
import { costRows, rightSizingRows, STRATEGIES, TIME_FRAMES } from '../../src/sandbox/world/cost-rows.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { jobsOf } from '../../src/sandbox/world/jobs.ts';
import type { World } from '../../src/sandbox/world/model.ts';
import {
  EVENT_TYPES,
  ISSUE_TYPES,
  type IssueType,
  type TimelineRow,
  type WorldEvent,
  type WorldIssue,
} from '../../src/sandbox/world/timeline-rows.ts';

const DAY = 86_400;
const NOW = 1_795_752_000;
const world = createWorld({ seed: 3, services: 400, clusters: 4 });

interface Window {
  readonly from: number;
  readonly to: number;
  readonly now: number;
}

const WEEK: Window = { from: NOW - 7 * DAY, to: NOW, now: NOW };

function issuesOf(of: World, { from, to, now } = WEEK, types: readonly IssueType[] = ISSUE_TYPES) {
  return of.clusters.flatMap(({ name: cluster }) =>
    types.flatMap((type) =>
      of.timeline.issues({ cluster, namespaces: [], type, fromSeconds: from, toSeconds: to, now }),
    ),
  );
}

function deploysOf(of: World, { from, to, now } = WEEK) {
  return of.clusters.flatMap(({ name: cluster }) =>
    of.timeline.events({ cluster, namespaces: [], type: 'deploy', fromSeconds: from, toSeconds: to, now }),
  );
}

function rowsOf<Row>(found: readonly TimelineRow<Row>[]): readonly Row[] {
  return found.map(({ row }) => row);
}

/** What tells two issues apart where the link names no event. */
function wordsOf({ type, startTime, summary }: WorldIssue): string {
  return JSON.stringify([type, startTime, summary]);
}

function placeOf({ resource, startTime }: WorldEvent): string {
  return JSON.stringify([resource, startTime]);
}

describe('the issues and events of a world', () => {
  it('are the same for a seed, whenever and by whichever windows they are asked', () => {
    const again = createWorld({ seed: 3, services: 400, clusters: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 * DAY }), (cut) => {
        const older = issuesOf(again, { ...WEEK, to: WEEK.from + cut - 1 });
        const newer = issuesOf(again, { ...WEEK, from: WEEK.from + cut });
        expect([...newer, ...older].map(({ id }) => id).sort()).toEqual(
          issuesOf(world)
            .map(({ id }) => id)
            .sort(),
        );
      }),
      { numRuns: 10 },
    );
    expect(issuesOf(createWorld({ seed: 4, services: 400, clusters: 4 }))).not.toEqual(issuesOf(world));
  });

  it('are there on any day, of every type', () => {
    for (const now of [0, 1_788_242_400, NOW, 4_000_000_000].map((moment) => moment + 30 * DAY)) {
      const week = { from: now - 7 * DAY, to: now, now };
      expect(new Set(rowsOf(issuesOf(world, week)).map(({ type }) => type))).toEqual(new Set(ISSUE_TYPES));
      expect(deploysOf(world, week).length).toBeGreaterThan(0);
    }
  });

  it('stay what they were while the services come and go', () => {
    const changing = createWorld({ seed: 3, services: 400, clusters: 4 });
    changing.services.splice(0, 100);
    expect(issuesOf(changing)).toEqual(issuesOf(world));
  });

  it('never share an id, and differ where the link names no event', () => {
    const issues = issuesOf(world, { from: NOW - 60 * DAY, to: NOW, now: NOW });
    expect(new Set(issues.map(({ id }) => id)).size).toBe(issues.length);
    const byCluster = world.clusters.map(({ name: cluster }) =>
      ISSUE_TYPES.flatMap((type) =>
        rowsOf(
          world.timeline.issues({ cluster, namespaces: [], type, fromSeconds: 0, toSeconds: 60 * DAY, now: NOW }),
        ).map(wordsOf),
      ),
    );
    for (const words of byCluster) expect(new Set(words).size).toBe(words.length);
    const deploys = rowsOf(deploysOf(world)).map(placeOf);
    expect(new Set(deploys).size).toBe(deploys.length);
  });

  it('are open and closed; only the closed ones have an end, which is not in the future', () => {
    const rows = rowsOf(issuesOf(world));
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['open', 'closed']));
    for (const { status, startTime, endTime } of rows) {
      expect(endTime === undefined).toBe(status === 'open');
      expect(startTime).toBeLessThanOrEqual(NOW);
      if (endTime === undefined) continue;
      expect(endTime).toBeGreaterThan(startTime);
      expect(endTime).toBeLessThanOrEqual(NOW);
    }
  });

  it('begin when they begin and close in time', () => {
    const [last] = issuesOf(world);
    if (last === undefined) throw new Error('no issue');
    const before = issuesOf(world, { ...WEEK, now: last.row.startTime - 1 });
    expect(before.map(({ id }) => id)).not.toContain(last.id);
    const statuses = (now: number) =>
      rowsOf(issuesOf(world, { ...WEEK, now })).filter(({ status }) => status === 'open');
    expect(statuses(NOW + 30 * DAY).length).toBeLessThan(statuses(NOW).length);
  });

  it('name the event in most links, and the place where there is one', () => {
    const issues = issuesOf(world);
    const named = issues.filter(({ id, row }) => row.link.includes(`eventId=${id}`));
    expect(named.length).toBeGreaterThan(issues.length * 0.8);
    expect(named.length).toBeLessThan(issues.length);
    const ofNodes = issues.filter(({ row }) => row.type === 'node-issue');
    for (const { namespace, row } of ofNodes)
      expect([namespace, row.link]).toEqual(['', expect.stringContaining('Node')]);
    for (const { name: cluster } of world.clusters) {
      for (const { namespace, row } of world.timeline.issues({
        cluster,
        namespaces: [],
        type: 'availability',
        fromSeconds: WEEK.from,
        toSeconds: NOW,
        now: NOW,
      })) {
        expect(decodeURIComponent(row.link)).toContain(`acme.${cluster}-${namespace}.`);
      }
    }
  });

  it('are about jobs of the world, where they are about jobs', () => {
    const jobs = jobsOf(world).map(({ kind, namespace, name }) => `${kind} ${namespace}/${name} failed`);
    const summaries = rowsOf(issuesOf(world, WEEK, ['workflow-issue'])).map(({ summary }) => summary);
    const ofJobs = summaries.filter((summary) => !summary.startsWith('Workflow '));
    expect(ofJobs.length).toBeGreaterThan(summaries.length / 2);
    expect(ofJobs.filter((summary) => !jobs.includes(summary))).toEqual([]);
  });

  it('are limited to namespaces, which leaves out what lies in none', () => {
    const [cluster] = world.clusters;
    const namespaces = ['shop', 'payments'];
    for (const type of ISSUE_TYPES) {
      const query = { cluster: cluster?.name ?? '', type, fromSeconds: WEEK.from, toSeconds: NOW, now: NOW };
      const all = world.timeline.issues({ ...query, namespaces: [] });
      const some = world.timeline.issues({ ...query, namespaces });
      expect(some).toEqual(all.filter(({ namespace }) => namespaces.includes(namespace)));
    }
  });

  it('name the resource of a deploy with its namespace, that of a node without', () => {
    for (const type of EVENT_TYPES) {
      const rows = world.clusters.flatMap(({ name: cluster }) =>
        rowsOf(
          world.timeline.events({ cluster, namespaces: [], type, fromSeconds: WEEK.from, toSeconds: NOW, now: NOW }),
        ),
      );
      expect(rows.length).toBeGreaterThan(0);
      for (const { resource } of rows) {
        expect('namespace' in resource).toBe(type === 'deploy');
        expect(resource.kind === 'Node').toBe(type !== 'deploy');
      }
    }
  });

  it('can be closed and removed by hand', () => {
    const changing = createWorld({ seed: 3, services: 400, clusters: 4 });
    const [open, other] = issuesOf(changing).filter(({ row }) => row.status === 'open');
    if (open === undefined || other === undefined) throw new Error('none is open');
    changing.timeline.close(open.id, NOW - 1);
    changing.timeline.remove(other.id);
    const after = issuesOf(changing);
    expect(after.find(({ id }) => id === open.id)?.row).toMatchObject({ status: 'closed', endTime: NOW - 1 });
    expect(after.map(({ id }) => id)).not.toContain(other.id);
    expect(after).toHaveLength(issuesOf(world).length - 1);
  });

  it('change a little in a step, and in the same way each time', () => {
    const worlds = [1, 2].map(() => createWorld({ seed: 3, services: 400, clusters: 4, now: NOW }));
    const told = worlds.map((changing) => [1, 2, 3].map((step) => changeIssues(changing, step)));
    expect(told[0]).toEqual(told[1]);
    const [changed] = worlds;
    if (changed === undefined) throw new Error('no world');
    const open = (of: World) => rowsOf(issuesOf(of)).filter(({ status }) => status === 'open').length;
    expect(issuesOf(changed).length).toBe(issuesOf(world).length - 3);
    expect(open(changed)).toBeLessThan(open(world));
  });

  it('work in an empty world', () => {
    const empty = createWorld({ seed: 1, services: 0, clusters: 2 });
    expect(issuesOf(empty).length).toBeGreaterThan(0);
    expect(deploysOf(empty)).toEqual([]);
  });
});

describe('right-sizing and cost', () => {
  it.each(STRATEGIES)(
    'give the same numbers for %s each time, for most services and for some that are none',
    (strategy) => {
      const rows = rightSizingRows(world, strategy);
      expect(rightSizingRows(createWorld({ seed: 3, services: 400, clusters: 4 }), strategy)).toEqual(rows);
      expect(rows.length).toBeLessThan(world.services.length);
      expect(rows.length).toBeGreaterThan(world.services.length * 0.7);
      expect(rows.some(({ service, namespace }) => service === 'coredns' && namespace === 'kube-system')).toBe(true);
      for (const { cpuRecommendation, cpuRequestCores } of rows) {
        expect(cpuRecommendation).toBeLessThanOrEqual(cpuRequestCores);
      }
    },
  );

  it('save more the more is taken away', () => {
    for (const row of rightSizingRows(world, 'moderate')) {
      expect(row.potentialSavingConservative).toBeLessThanOrEqual(row.potentialSavingModerate);
      expect(row.potentialSavingModerate).toBeLessThanOrEqual(row.potentialSavingAggressive);
      expect(row.potentialSaving).toBe(row.potentialSavingModerate);
    }
  });

  it.each(TIME_FRAMES)('cost %s: most services, and what nobody used in each cluster', (timeFrame) => {
    const rows = costRows(world, timeFrame);
    const unused = rows.filter(({ komodorServiceName }) => komodorServiceName === 'unallocated');
    expect(unused.map(({ clusterName }) => clusterName)).toEqual(world.clusters.map(({ name }) => name));
    expect(rows.length).toBeLessThan(world.services.length + 2 * world.clusters.length);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it('keep the numbers of a service when another one goes', () => {
    const fewer = createWorld({ seed: 3, services: 400, clusters: 4 });
    const [gone] = fewer.services.splice(0, 1);
    const left = costRows(world, 'Yesterday').filter(
      ({ komodorServiceName, namespace, clusterName }) =>
        komodorServiceName !== gone?.service || namespace !== gone.namespace || clusterName !== gone.cluster,
    );
    expect(costRows(fewer, 'Yesterday')).toEqual(left);
  });
});
