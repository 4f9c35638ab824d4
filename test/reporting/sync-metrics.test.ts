import { describe, expect, it } from 'vitest';
import type { BlueprintReport, RunReport } from '../../src/core/report.ts';
import { type ReportedEntry, reportedEntries } from '../../src/port/reporting/reported-entries.ts';
import { entryOutcome, reconciliationOutcome } from '../../src/port/reporting/sync-metrics.ts';
import { blueprintReport, entry, kindReport, MAPPING, runReport } from './runs.ts';

function outcomes(report: RunReport, plan: readonly ReportedEntry[]) {
  return plan.map((one) => entryOutcome(report, plan, one));
}

describe('the plan of kinds', () => {
  it('keeps the places of the mapping, disabled entries included', () => {
    const broken = {
      path: 'resources[0].port.entity.mappings[1]',
      kind: 'komodorService',
      blueprints: ['x'],
      message: 'm',
    };
    const unknown = { path: 'resources[1]', kind: null, blueprints: null, message: 'm' };
    const entries = [
      entry(3, 'komodorHealthMonitoring', '.blueprint'),
      entry(0, 'komodorService', '"service"'),
      entry(2, 'komodorService', "'service'"),
    ];
    const plan = reportedEntries({ ...MAPPING, entries, disabled: [broken, unknown] }, []);
    expect(plan.map(({ kind, index, disabled, blueprintText }) => [kind, index, disabled, blueprintText])).toEqual([
      ['komodorService', 0, true, '"service", "x"'],
      ['komodorService', 2, false, "'service'"],
      ['komodorHealthMonitoring', 3, false, '.blueprint'],
    ]);
    expect(plan.map(({ blueprints, computesBlueprint }) => [blueprints, computesBlueprint])).toEqual([
      [['service'], false],
      [['service'], false],
      [[], true],
    ]);
  });

  it('holds only the kinds that were asked for', () => {
    expect(reportedEntries(MAPPING, ['komodorHealthMonitoring']).map(({ index }) => index)).toEqual([1]);
  });
});

describe('how an entry ended', () => {
  const plan = reportedEntries(MAPPING, []);

  it.each<[string, Partial<RunReport>, readonly string[]]>([
    ['all is well', {}, ['completed', 'completed']],
    [
      'a read was not complete',
      {
        kinds: [
          kindReport('komodorService', { complete: false, status: 'degraded' }),
          kindReport('komodorHealthMonitoring'),
        ],
      },
      ['failed', 'completed'],
    ],
    ['a kind was never read', { kinds: [kindReport('komodorService')], status: 'failed' }, ['completed', 'failed']],
    [
      'a write failed',
      { blueprints: [blueprintReport('service'), blueprintReport('risk', { failed: 1 })] },
      ['completed', 'failed'],
    ],
    ['the run was stopped', { status: 'aborted' }, ['aborted', 'aborted']],
  ])('when %s', (_when, changes, expected) => {
    expect(outcomes(runReport(changes), plan).map(({ syncState }) => syncState)).toEqual(expected);
  });

  it('is no success with rejected items, although it completed', () => {
    const kinds = [kindReport('komodorService', { status: 'degraded' }), kindReport('komodorHealthMonitoring')];
    const [service] = outcomes(runReport({ kinds, status: 'degraded' }), plan);
    expect(service).toMatchObject({ syncState: 'completed', success: false });
  });

  it('is failed for an entry that is disabled', () => {
    const disabled = [{ path: 'resources[2]', kind: 'komodorService', blueprints: null, message: 'm' }];
    const longer = reportedEntries({ ...MAPPING, disabled }, []);
    expect(outcomes(runReport(), longer).map(({ syncState }) => syncState)).toEqual([
      'completed',
      'completed',
      'failed',
    ]);
  });

  it('shows what was written to a blueprint once, also for one that nobody names', () => {
    const entries = [...MAPPING.entries, entry(2, 'komodorHealthMonitoring', '"service"')];
    const blueprints = [...runReport().blueprints, blueprintReport('found-by-nobody', { created: 100 })];
    const loads = outcomes(runReport({ blueprints }), reportedEntries({ ...MAPPING, entries }, [])).map(
      ({ counts }) => counts?.load?.loaded,
    );
    expect(loads).toEqual([5 + 102, 5, 0]);
  });
});

describe('how the deletions ended', () => {
  const held = (reason: 'threshold' | 'not_selected'): Partial<BlueprintReport> => ({
    stale: 4,
    deletionBlocked: { reason, count: 4, digest: 'd', sample: [] },
  });

  it.each<[string, Partial<BlueprintReport>, RunReport['status'], string, number]>([
    ['nothing was stale', {}, 'completed', 'completed', 0],
    ['all of it went', { stale: 3, deleted: 3 }, 'completed', 'completed', 3],
    ['Port refused one', { stale: 3, deleted: 2 }, 'degraded', 'failed', 2],
    ['they wait for approval', held('threshold'), 'blocked', 'failed', 0],
    ['the run was about something else', held('not_selected'), 'completed', 'completed', 0],
    ['the run failed', {}, 'failed', 'failed', 0],
    ['the run was stopped', {}, 'aborted', 'aborted', 0],
  ])('when %s', (_when, blueprint, status, syncState, deleted) => {
    const report = runReport({ status, blueprints: [blueprintReport('service', blueprint)] });
    expect(reconciliationOutcome(report)).toMatchObject({ syncState, counts: { delete: { deleted } } });
  });
});
