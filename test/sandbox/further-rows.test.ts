import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standIns } from '../../src/sandbox/komodor/stand-ins.ts';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { JOB_STATUSES, jobsOf } from '../../src/sandbox/world/jobs.ts';
import { uidOf, type World } from '../../src/sandbox/world/model.ts';
import { monitorsOf } from '../../src/sandbox/world/monitors.ts';

const make = (seed = 3, services = 2_000) => createWorld({ seed, services, clusters: 4 });
const world = make();

function duplicates(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}

describe.each([
  ['jobs', jobsOf],
  ['monitors', monitorsOf],
] as const)('the %s of a world', (_name, rowsOf: (world: World) => readonly object[]) => {
  it('are the same for the same seed and others for another', () => {
    expect(rowsOf(make())).toEqual(rowsOf(world));
    expect(rowsOf(make(4))).not.toEqual(rowsOf(world));
    expect(rowsOf(world)).toBe(rowsOf(world));
  });

  it('are the same whenever they are asked for', () => {
    const late = make();
    for (const step of [1, 2, 3]) changeWorld(late, step);
    late.services.splice(0, 500);
    expect(rowsOf(late)).toEqual(rowsOf(world));
  });

  it('change nothing of the services and risks', () => {
    const [asked, other] = [make(), make()];
    rowsOf(asked);
    expect(asked).toEqual(other);
  });

  it('are made for worlds of every size', () => {
    const sizes = fc.record({ seed: fc.nat(), services: fc.nat(400), clusters: fc.integer({ min: 1, max: 7 }) });
    fc.assert(
      fc.property(sizes, (options) => void rowsOf(createWorld(options))),
      { numRuns: 20 },
    );
  });
});

describe('jobs', () => {
  const jobs = jobsOf(world);

  it('never come twice, even in large worlds', () => {
    expect(duplicates(jobsOf(createWorld({ seed: 1, services: 20_000 })).map(uidOf))).toEqual([]);
  });

  it('run where services run', () => {
    const places = new Set(world.services.map(({ cluster, namespace }) => `${cluster}|${namespace}`));
    expect(jobs.filter(({ cluster, namespace }) => !places.has(`${cluster}|${namespace}`))).toEqual([]);
    expect(new Set(jobs.map(({ cluster }) => cluster)).size).toBe(4);
  });

  it('have the oddities of the real thing', () => {
    expect(new Set(jobs.map(({ status }) => status))).toEqual(new Set(JOB_STATUSES));
    expect(new Set(jobs.map(({ kind }) => kind))).toEqual(new Set(['Job', 'CronJob']));
    expect(jobs.some(({ uid }) => uid === undefined)).toBe(true);
    expect(jobs.some(({ startTime }) => startTime === undefined)).toBe(true);
    expect(jobs.some(({ status, issueData }) => status === 'failed' && issueData === undefined)).toBe(true);
    expect(jobs.filter(({ status, issueData }) => status !== 'failed' && issueData !== undefined)).toEqual([]);
    const odd = jobs.filter(({ startTime = 1.7e9 }) => !Number.isInteger(startTime) || startTime > world.now);
    expect(odd).toEqual([]);
  });
});

describe('monitors', () => {
  const monitors = monitorsOf(world);

  it('never share an id, and are there of each type for each cluster', () => {
    expect(duplicates(monitors.map(({ id }) => id))).toEqual([]);
    const kinds = new Set(monitors.map(({ type, sensors }) => `${type} ${sensors[0]?.cluster}`));
    expect(kinds.size).toBe(7 * 4);
  });

  it('look at clusters, namespaces and services of the world', () => {
    const clusters = new Set(world.clusters.map(({ name }) => name));
    const namespaces = new Set(world.services.map(({ namespace }) => namespace));
    const services = new Set(world.services.map(({ namespace, service }) => `${namespace}/${service}`));
    const sensors = monitors.flatMap((monitor) => monitor.sensors);
    expect(sensors.filter(({ cluster }) => !clusters.has(cluster))).toEqual([]);
    expect(sensors.flatMap((sensor) => sensor.namespaces ?? []).filter((name) => !namespaces.has(name))).toEqual([]);
    expect(sensors.flatMap((sensor) => sensor.services ?? []).filter((name) => !services.has(name))).toEqual([]);
    expect(sensors.some((sensor) => sensor.namespaces !== undefined)).toBe(true);
    expect(sensors.some((sensor) => sensor.services !== undefined)).toBe(true);
  });

  it('have the oddities of the real thing', () => {
    const many = monitorsOf(createWorld({ seed: 3, services: 50, clusters: 40 }));
    for (const part of ['name', 'active', 'variables', 'sinks', 'sinksOptions', 'isDeleted', 'createdFrom'] as const) {
      expect(
        many.some((monitor) => monitor[part] === undefined),
        part,
      ).toBe(true);
      expect(
        many.some((monitor) => monitor[part] !== undefined),
        part,
      ).toBe(true);
    }
    expect(many.some(({ isDeleted }) => isDeleted)).toBe(true);
    expect(many.some(({ sensors }) => sensors.length > 1)).toBe(true);
    const times = many.flatMap(({ createdAt, updatedAt }) => [createdAt, updatedAt]);
    expect(times.filter((time) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/.test(time))).toEqual([]);
  });
});

describe('changeWorld', () => {
  const rowsOf = (of: World, kind: string) =>
    new Map(
      standIns
        .find((standIn) => standIn.kind === kind)
        ?.rows(of, of.now)
        .map(({ identity, value }) => [identity, value]),
    );

  it('does the same to services and risks, whatever else changes', () => {
    const [alone, together] = [make(), make()];
    for (const step of [1, 2, 3]) {
      const own = changeWorld(alone, step);
      const told = changeWorld(together, step, standIns);
      expect(told.slice(0, own.length)).toEqual(own);
    }
    expect([together.now, together.services, together.risks]).toEqual([alone.now, alone.services, alone.risks]);
  });

  it.each([
    ['komodorCluster', 0, 0, 1],
    ['komodorJob', 1, 1, 1],
    ['komodorMonitor', 1, 1, 1],
  ])('lets rows of %s come, go and become others, and says so', (kind, come, go, become) => {
    const of = make();
    const before = rowsOf(of, kind);
    const standIn = standIns.filter((one) => one.kind === kind);
    const own = changeWorld(make(), 1).length;
    const sentences = changeWorld(of, 1, standIn).slice(own);
    const after = rowsOf(of, kind);
    expect([...after.keys()].filter((key) => !before.has(key))).toHaveLength(come);
    expect([...before.keys()].filter((key) => !after.has(key))).toHaveLength(go);
    expect([...after].filter(([key, row]) => before.has(key) && before.get(key) !== row)).toHaveLength(become);
    expect(sentences).toHaveLength(come + go + become);
    expect(sentences.every((sentence) => /^[A-Z].*\.$/.test(sentence))).toBe(true);
  });

  it.each(standIns.map(({ kind }) => [kind]))(
    'does the same to %s for the same step, and never brings one back',
    (kind) => {
      const worlds = [make(), make()];
      const gone = new Set<string>();
      for (let step = 1; step <= 20; step += 1) {
        const before = worlds.map((one) => rowsOf(one, kind));
        const told = worlds.map((one) => changeWorld(one, step, standIns));
        expect(told[0]).toEqual(told[1]);
        const [after, same] = worlds.map((one) => rowsOf(one, kind));
        expect(after).toEqual(same);
        for (const key of before[0]?.keys() ?? []) if (!after?.has(key)) gone.add(key);
        expect([...gone].filter((key) => after?.has(key))).toEqual([]);
      }
    },
  );

  it('works on an empty world', () => {
    const empty = createWorld({ seed: 1, services: 0, clusters: 1 });
    for (const step of [1, 2, 3]) changeWorld(empty, step, standIns);
    expect(jobsOf(empty).length).toBeGreaterThan(0);
  });
});
