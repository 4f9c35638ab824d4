import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { CHECK_TYPES, checkTypeOf, LISTED_CHECK_TYPES } from '../../src/sandbox/world/check-types.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { serviceUid, subjectOf, type World } from '../../src/sandbox/world/model.ts';

/** Everything that the field is called in the world: keys ending in these hold seconds since 1970. */
const TIMES = ['startTime', 'endTime', 'createdAt', 'lastEvaluatedAt', 'issueStartedAt', 'eventTimestampSec'];

function timesIn(value: unknown, key = ''): unknown[] {
  if (Array.isArray(value)) return value.flatMap((element) => timesIn(element, key));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => timesIn(inner, name));
  }
  return TIMES.includes(key) ? [value] : [];
}

function duplicates(values: readonly string[]): string[] {
  return values.filter((value, at) => values.indexOf(value) !== at);
}

describe('createWorld', () => {
  it('is the same for the same seed and another for another', () => {
    const world = createWorld({ seed: 7, services: 60, clusters: 4 });
    expect(createWorld({ seed: 7, services: 60, clusters: 4 })).toEqual(world);
    expect(createWorld({ seed: 8, services: 60, clusters: 4 }).services).not.toEqual(world.services);
  });

  it('keeps a service the same when the world grows', () => {
    const small = createWorld({ seed: 1, services: 10 });
    expect(createWorld({ seed: 1, services: 100 }).services.slice(0, 10)).toEqual(small.services);
  });

  it('never makes the same service or risk twice', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 0, max: 900 }),
        fc.integer({ min: 1, max: 6 }),
        (seed, services, clusters) => {
          const world = createWorld({ seed, services, clusters });
          expect(world.services).toHaveLength(services);
          expect(duplicates(world.services.map(serviceUid))).toEqual([]);
          expect(duplicates(world.risks.map(({ id }) => id))).toEqual([]);
        },
      ),
      { numRuns: 15 },
    );
  });

  const world = createWorld({ seed: 3, services: 2_000, risksPerService: 2, clusters: 4 });

  it('gives as many dynamic and realtime risks as asked, and static ones on top', () => {
    const groups = world.risks.map(({ checkType }) => checkTypeOf(checkType).group);
    expect(groups.filter((group) => group !== 'static')).toHaveLength(4_000);
    expect(groups.filter((group) => group === 'static')).toHaveLength(1_000);
  });

  it('knows every check type, and fills in what each one found', () => {
    expect(LISTED_CHECK_TYPES).toHaveLength(35);
    const seen = new Set(world.risks.map(({ checkType }) => checkType));
    expect(CHECK_TYPES.filter(({ name }) => !seen.has(name))).toEqual([]);
    const bare = new Set(
      world.risks
        .filter(({ supportingData, checkType }) => supportingData?.[checkType] === undefined)
        .map(({ checkType }) => checkType),
    );
    expect([...bare].sort()).toEqual([
      'deploymentMissingReplicas',
      'kubernetesVersionDeprecated',
      'missingHPA',
      'missingPDB',
      'missingTopologySpreadConstraint',
      'priorityClassNotSet',
      'sidecarStartupOrder',
    ]);
  });

  it('has whole seconds everywhere, none of them in the future', () => {
    const times = timesIn(world.services).concat(timesIn(world.risks));
    expect(times.length).toBeGreaterThan(10_000);
    const odd = times.filter((time) => !Number.isInteger(time) || Number(time) < 1.7e9 || Number(time) > world.now);
    expect(odd).toEqual([]);
  });

  it('has the oddities of the real thing', () => {
    const { services, risks, clusters } = world;
    expect(services.some(({ uid }) => uid === undefined)).toBe(true);
    expect(services.some(({ lastDeploy }) => lastDeploy === undefined)).toBe(true);
    expect(services.some(({ lastDeploy }) => lastDeploy?.status === 'pending' && !('endTime' in lastDeploy))).toBe(
      true,
    );
    expect(services.some(({ labels }) => labels === undefined)).toBe(true);
    expect(services.some(({ labels }) => labels !== undefined && Object.keys(labels).length === 0)).toBe(true);
    expect(new Set(services.map(({ kind }) => kind)).size).toBe(4);
    expect(new Set(services.map(({ status }) => status)).size).toBe(3);
    expect(services.some((service) => JSON.stringify(service.annotations ?? {}).length > 10_000)).toBe(true);
    expect(new Set(risks.map(({ status }) => status)).size).toBe(6);
    expect(risks.some(({ supportingData }) => supportingData === null)).toBe(true);
    expect(risks.some(({ komodorUid }) => /^Cluster\|[^|]+\|\|$/.test(komodorUid))).toBe(true);
    expect(risks.some(({ komodorUid }) => /^Node\|[^|]+\|\|ip-/.test(komodorUid))).toBe(true);
    expect(clusters.some(({ name }) => /[:/]/.test(name))).toBe(true);
    expect(clusters.some(({ name }) => /[ ()]/.test(name))).toBe(true);
  });

  it('ties most risks to a service that exists, and a few to workloads that do not', () => {
    const known = new Set(world.services.map(serviceUid));
    const ofWorkloads = world.risks.filter(({ checkType }) => checkTypeOf(checkType).target === 'service');
    const tied = ofWorkloads.filter(({ komodorUid }) => known.has(komodorUid));
    expect(tied.length / ofWorkloads.length).toBeGreaterThan(0.9);
    expect(tied.length).toBeLessThan(ofWorkloads.length);
    expect(world.risks.every(({ komodorUid }) => subjectOf(komodorUid).cluster !== '')).toBe(true);
  });
});

describe('changeWorld', () => {
  function summary(world: World): ReadonlyMap<string, unknown> {
    return new Map<string, unknown>([
      ...world.services.map((service) => [serviceUid(service), service] as const),
      ...world.risks.map((risk) => [risk.id, risk] as const),
    ]);
  }

  it('changes a little, and says what', () => {
    const world = createWorld({ seed: 5, services: 200 });
    const before = summary(world);
    const sentences = changeWorld(world, 1);
    const after = summary(world);
    const gone = [...before.keys()].filter((key) => !after.has(key));
    const added = [...after.keys()].filter((key) => !before.has(key));
    const changed = [...after.keys()].filter((key) => before.has(key) && before.get(key) !== after.get(key));
    expect(gone.filter((key) => key.includes('|'))).toHaveLength(1);
    expect(added).toHaveLength(1);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThan(6);
    expect(sentences).toHaveLength(6);
    expect(sentences.every((sentence) => sentence.endsWith('.'))).toBe(true);
    const [goneService = ''] = gone.filter((key) => key.includes('|'));
    expect(world.risks.filter(({ komodorUid }) => komodorUid === goneService)).toEqual([]);
  });

  it('does the same for the same step', () => {
    const worlds = [createWorld({ seed: 5, services: 50 }), createWorld({ seed: 5, services: 50 })];
    const told = worlds.map((world) => [1, 2, 3].map((step) => changeWorld(world, step)));
    expect(told[0]).toEqual(told[1]);
    expect(worlds[0]).toEqual(worlds[1]);
  });

  it('never brings a name back, and works on an empty world', () => {
    const world = createWorld({ seed: 9, services: 30 });
    for (let step = 1; step <= 60; step += 1) changeWorld(world, step);
    expect(duplicates(world.services.map(serviceUid))).toEqual([]);
    expect(world.services).toHaveLength(30);
    expect(changeWorld(createWorld({ seed: 1, services: 0 }), 1)).toHaveLength(1);
  });
});
