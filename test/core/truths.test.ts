import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../src/core/model.ts';
import type { Problem, RunReport } from '../../src/core/report.ts';
import { type TruthRecord, truthsAfter } from '../../src/core/truths.ts';
import { blueprintReport, entry, kindReport, MAPPING, runReport } from '../reporting/runs.ts';

const EARLIER = '2025-12-31T23:00:00.000Z';
const known: readonly TruthRecord[] = ['service', 'risk'].map((blueprint) => ({
  blueprint,
  since: EARLIER,
  truthAt: EARLIER,
  broughtUpAt: EARLIER,
  last: { type: 'truth', runId: 'before', at: EARLIER, heldBack: null },
}));
const kind = { services: 'komodorService', risks: 'komodorHealthMonitoring' };
const held = (reason: 'threshold' | 'emptied' | 'unmapped' | 'incomplete' | 'not_selected' | 'contradicted') => ({
  reason,
  count: 4,
  digest: 'd1',
  sample: ['a'],
});

function problem(code: Problem['code'], message: string, more: Partial<Problem> = {}): Problem {
  return { code, severity: 'error', message, count: 1, samples: [], ...more };
}

/** What a resync makes of the blueprint `service`, of which a truth was known before. */
function serviceAfter(
  report: Partial<RunReport>,
  { mapping = MAPPING, kinds = [] }: { mapping?: Mapping | undefined; kinds?: readonly string[] } = {},
) {
  return truthsAfter(known, { report: runReport(report), kinds, mapping }).find((one) => one.blueprint === 'service');
}

describe('a truth of a blueprint', () => {
  const at = runReport().finishedAt;

  it('is a resync that read every kind that writes it, and wrote everything', () => {
    expect(serviceAfter({})).toMatchObject({ since: EARLIER, truthAt: at, last: { type: 'truth', heldBack: null } });
  });

  it('is one although another blueprint failed', () => {
    const kinds = [kindReport(kind.services), kindReport(kind.risks, { status: 'failed', complete: false })];
    expect(serviceAfter({ status: 'failed', kinds })).toMatchObject({ truthAt: at });
  });

  it.each(['threshold', 'emptied', 'unmapped'] as const)('is one whose deletions a guard held back: %s', (reason) => {
    const blueprints = [blueprintReport('service', { status: 'blocked', stale: 4, deletionBlocked: held(reason) })];
    expect(serviceAfter({ blueprints })).toMatchObject({ truthAt: at, last: { heldBack: { digest: 'd1', count: 4 } } });
  });

  const incomplete = problem('read_incomplete', 'komodorService was not read to the end', { kind: kind.services });
  const services = (more: Parameters<typeof kindReport>[1]) => [
    kindReport(kind.services, more),
    kindReport(kind.risks),
  ];
  const blueprints = (more: Parameters<typeof blueprintReport>[1]) => [blueprintReport('service', more)];
  it.each<[string, Partial<RunReport>, string]>([
    [
      'was not read completely',
      { kinds: services({ status: 'degraded', complete: false }), problems: [incomplete] },
      incomplete.message,
    ],
    ['was not read at all', { status: 'failed', kinds: [] }, 'komodorService was not read'],
    ['has items that gave no entity', { kinds: services({ status: 'degraded', rejected: 2 }) }, '2 items'],
    [
      'has entities that failed',
      { blueprints: blueprints({ status: 'degraded', failed: 3 }) },
      '3 entities of service',
    ],
    ['could not delete', { blueprints: blueprints({ status: 'degraded', stale: 3, deleted: 1 }) }, '2 entities'],
    [
      'could not decide',
      { blueprints: blueprints({ status: 'degraded', stale: 4, deletionBlocked: held('contradicted') }) },
      '(contradicted)',
    ],
    [
      'could not list our entities',
      { problems: [problem('port_failed', 'Our entities of blueprint service could not be listed: 500')] },
      'could not be listed',
    ],
  ])('is none that %s, and says why', (_, report, reason) => {
    const after = serviceAfter(report);
    expect(after).toMatchObject({ truthAt: EARLIER, last: { type: 'missed', needsPerson: false } });
    expect(after?.last?.type === 'missed' && after.last.reason).toContain(reason);
  });

  it.each<[string, Partial<RunReport>, boolean]>([
    ['of which a few entities failed', { blueprints: blueprints({ status: 'degraded', failed: 3 }) }, true],
    ['of which a few were not deleted', { blueprints: blueprints({ status: 'degraded', stale: 3, deleted: 1 }) }, true],
    [
      'of which a few items gave no entity',
      { kinds: services({ status: 'degraded', rejected: 2, selected: 5 }) },
      true,
    ],
    ['of which no item gave an entity', { kinds: services({ status: 'degraded', rejected: 2, selected: 0 }) }, false],
    [
      'that Port refused altogether',
      { blueprints: blueprints({ status: 'failed', failed: 8 }), status: 'failed' },
      false,
    ],
    ['that was not read completely', { kinds: services({ status: 'degraded', complete: false }) }, false],
  ])('is brought up to date, or not, by a resync %s', (_, report, isUp) => {
    const after = serviceAfter(report);
    expect(after?.broughtUpAt === EARLIER).toBe(!isUp);
    expect(after?.truthAt).toBe(EARLIER);
  });

  it.each<[string, Partial<RunReport>, Mapping | undefined]>([
    ['credentials', { status: 'failed', kinds: [], blueprints: [], problems: [problem('port_auth', 'no')] }, undefined],
    ['an empty mapping', { status: 'failed', kinds: [], problems: [problem('mapping_empty', 'empty')] }, undefined],
    [
      'a blueprint that is not there',
      {
        blueprints: blueprints({ status: 'failed', failed: 8 }),
        problems: [problem('blueprint_missing', 'Port has no blueprint service; create it')],
      },
      MAPPING,
    ],
    [
      'a disabled entry',
      {},
      { ...MAPPING, disabled: [{ path: 'resources[2]', kind: null, blueprints: ['service'], message: 'broken' }] },
    ],
  ])('needs a person for %s', (_, report, mapping) => {
    const after = truthsAfter(known, { report: runReport(report), kinds: [], mapping });
    expect(after.find(({ blueprint }) => blueprint === 'service')).toMatchObject({
      truthAt: EARLIER,
      last: { type: 'missed', needsPerson: true },
    });
  });

  it('is not judged by a plan, a run that was stopped, or one of other kinds', () => {
    const [service] = known;
    expect(serviceAfter({ mode: 'plan' })).toEqual(service);
    expect(serviceAfter({ status: 'aborted' })).toEqual(service);
    expect(serviceAfter({ kinds: [kindReport(kind.risks)] }, { kinds: [kind.risks] })).toEqual(service);
    const notSelected = [blueprintReport('service', { stale: 4, deletionBlocked: held('not_selected') })];
    expect(serviceAfter({ blueprints: notSelected })).toEqual(service);
  });

  it('needs all kinds that write it, also those that compute the name of their blueprint', () => {
    const both = { ...MAPPING, entries: [...MAPPING.entries, entry(2, 'komodorJob', '.blueprint')] };
    expect(serviceAfter({}, { mapping: both, kinds: [kind.services] })).toMatchObject({ truthAt: EARLIER });
    const kinds = [...runReport().kinds, kindReport('komodorJob', { status: 'degraded', complete: false })];
    expect(serviceAfter({ kinds }, { mapping: both })).toMatchObject({ last: { type: 'missed' } });
    const all = [...runReport().kinds, kindReport('komodorJob')];
    expect(serviceAfter({ kinds: all }, { mapping: both })).toMatchObject({ truthAt: at });
  });
});

describe('the records', () => {
  it('begin with the first resync, and drop blueprints that no entry writes any more', () => {
    const after = truthsAfter(
      [...known, { blueprint: 'old', since: EARLIER, truthAt: null, broughtUpAt: null, last: null }],
      {
        report: runReport(),
        kinds: [],
        mapping: MAPPING,
      },
    );
    expect(after.map(({ blueprint }) => blueprint)).toEqual(['service', 'risk']);
    const first = truthsAfter([], { report: runReport(), kinds: [kind.services], mapping: MAPPING });
    expect(first).toMatchObject([
      { blueprint: 'service', since: runReport().startedAt, truthAt: runReport().finishedAt },
      { blueprint: 'risk', since: runReport().startedAt, truthAt: null, broughtUpAt: null, last: null },
    ]);
  });
});
