import { describe, expect, it } from 'vitest';
import type { JournalRun } from '../../src/core/journal.ts';
import type { BlueprintReport, DeletionBlocked, KindReport, RunReport, RunStatus } from '../../src/core/report.ts';
import { matrixOf } from '../../web/parts/run/matrix-counts.ts';
import { wordsOf } from '../../web/parts/run/run-words.ts';

const AT = '2026-11-27T08:00:00.000Z';

function runOf(status: RunStatus | null, changes: Partial<JournalRun> = {}): JournalRun {
  return {
    ...{
      runId: 'r',
      mode: 'resync',
      trigger: 'schedule',
      startedAt: AT,
      finishedAt: AT,
      status,
      rows: 0,
      lost: 0,
      counts: {},
    },
    ...changes,
  };
}

function blueprint(changes: Partial<BlueprintReport> = {}): BlueprintReport {
  const counts = { created: 0, updated: 0, unchanged: 0, failed: 0, deleted: 0, stale: 0 };
  return { blueprint: 'komodorService', status: 'completed', ...counts, deletionBlocked: null, ...changes };
}

function kind(complete: boolean): KindReport {
  const counts = { pages: 1, extracted: 1, selected: 1, filtered: 0, duplicates: 0, rejected: 0 };
  return { kind: 'komodorService', status: complete ? 'completed' : 'degraded', complete, ...counts };
}

function reportOf(changes: Partial<RunReport> = {}): RunReport {
  return {
    ...{
      runId: 'r',
      mode: 'resync',
      trigger: 'schedule',
      status: 'completed',
      startedAt: AT,
      finishedAt: AT,
      durationMs: 0,
    },
    ...{ kinds: [kind(true)], blueprints: [blueprint()], problems: [] },
    requests: { komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 },
    ...changes,
  };
}

const blocked = (reason: DeletionBlocked['reason']): DeletionBlocked => ({
  reason,
  count: 432,
  digest: 'd',
  sample: [],
});
const problem = (message: string) =>
  ({ code: 'port_unreachable', severity: 'error', message, count: 1, samples: [] }) as const;

describe('the words for a run', () => {
  it.each([
    ['that changed nothing', runOf('completed'), reportOf(), 'Nothing had to change. Port has the whole truth.'],
    [
      'that changed something',
      runOf('completed', { rows: 3, counts: { create: { done: 1 }, update: { done: 1200 } } }),
      reportOf(),
      'Port has the whole truth: 1 created, 1,200 updated.',
    ],
    [
      'whose rows are not kept',
      runOf('completed'),
      reportOf({ blueprints: [blueprint({ deleted: 7 })] }),
      'Port has the whole truth: 7 deleted.',
    ],
    [
      'that waits for a person',
      runOf('blocked'),
      reportOf({ blueprints: [blueprint({ failed: 2, updated: 5, deletionBlocked: blocked('threshold') })] }),
      'Port refused 2 entities; 432 deletions of komodorService wait for a person; 5 updated.',
    ],
    [
      'that did not read everything',
      runOf('degraded'),
      reportOf({ kinds: [kind(false)], blueprints: [blueprint({ deletionBlocked: blocked('incomplete') })] }),
      'KomodorService could not be read to the end; 432 entities of komodorService were not seen, and stay.',
    ],
    [
      'that failed before anything',
      runOf('failed'),
      reportOf({ kinds: [], blueprints: [], problems: [problem('Port does not answer.')] }),
      'Port does not answer; nothing was changed in Port.',
    ],
    [
      'that was stopped',
      runOf('aborted', { rows: 1, counts: { create: { done: 1 } } }),
      reportOf(),
      'It was stopped before its end. Until then: 1 created.',
    ],
    ['that has no end', runOf(null), undefined, 'Nobody has recorded how it ended.'],
    [
      'of live events',
      runOf(null, { mode: 'live', rows: 3, counts: { update: { done: 2, refused: 1 } } }),
      undefined,
      'What live events changed in one hour: 2 updated. Port refused 1 change; the next resync tries them again.',
    ],
    [
      'that is a plan',
      runOf('completed', { mode: 'plan', rows: 5, counts: { create: { planned: 3 }, delete: { planned: 2 } } }),
      undefined,
      'A plan. Nothing was written; a resync would create 3, delete 2.',
    ],
  ])('%s', (_, run, report, text) => {
    expect(wordsOf(run, report).text).toBe(text);
  });

  it('say the next step, where there is one', () => {
    const next = (status: RunStatus, report: Partial<RunReport>) => wordsOf(runOf(status), reportOf(report)).next;
    expect(next('completed', {})).toBeUndefined();
    expect(next('degraded', { kinds: [kind(false)] })).toContain('The next complete run');
    expect(next('degraded', { blueprints: [blueprint({ failed: 1 })] })).toContain('Look at the refused rows');
    expect(next('failed', { problems: [problem('no')] })).toContain('problems');
    expect(next('aborted', {})).toContain('next resync');
  });
});

describe('the numbers of a run', () => {
  it('are those of its rows', () => {
    const counts = { update: { done: 326, refused: 58 }, delete: { done: 343, held_back: 432 } };
    expect(matrixOf(runOf('blocked', { rows: 1159, counts }), reportOf())).toEqual({
      outcomes: ['done', 'refused', 'held_back'],
      hasRows: true,
      rows: [
        { action: 'create', numbers: [0, 0, 0], sum: 0 },
        { action: 'update', numbers: [326, 58, 0], sum: 384 },
        { action: 'delete', numbers: [343, 0, 432], sum: 775 },
      ],
    });
  });

  it('are those of the report where the rows are not kept, also what was refused as nobody knows what', () => {
    const report = reportOf({
      blueprints: [blueprint({ created: 3, failed: 2, deletionBlocked: blocked('threshold') })],
    });
    const { rows, hasRows } = matrixOf(runOf('blocked'), report);
    expect(hasRows).toBe(false);
    expect(rows.map(({ action, numbers }) => [action, ...numbers])).toEqual([
      ['create', 3, 0, 0],
      ['update', 0, 0, 0],
      ['delete', 0, 0, 432],
      [null, 0, 2, 0],
    ]);
  });

  it('have a column for what was left to live events, and for a plan', () => {
    const superseded = matrixOf(runOf('completed', { rows: 1, counts: { update: { superseded: 1 } } }), undefined);
    expect(superseded.outcomes).toEqual(['done', 'refused', 'held_back', 'superseded']);
    const plan = matrixOf(runOf('completed', { mode: 'plan', rows: 1, counts: { create: { planned: 1 } } }), undefined);
    expect(plan.outcomes).toEqual(['held_back', 'planned']);
  });
});
