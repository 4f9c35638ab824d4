import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../src/answers/run-problems.ts';
import { CODES } from '../../src/core/errors.ts';
import type { Problem, RunReport } from '../../src/core/report.ts';
import type { RunRecord } from '../../src/core/run-queue.ts';
import { problemsSchema } from '../../src/server/problems-route.ts';
import { readProjectFile } from '../house/files.ts';
import { runReport } from '../reporting/runs.ts';

function problem(more: Partial<Problem> = {}): Problem {
  return { code: 'field_failed', severity: 'error', message: 'x', count: 1, samples: ['a'], ...more };
}

function report(hour: number, ...problems: readonly Problem[]): RunReport {
  return runReport({ runId: `r${hour}`, startedAt: `2026-01-01T0${hour}:00:00.000Z`, problems });
}

/** The queue of a service with these runs. */
function queueOf(...reports: readonly RunReport[]) {
  const order = { mode: 'resync', trigger: 'cli', kinds: [], approveDeletions: [] } as const;
  const waiting: RunRecord = { state: 'queued', runId: 'w', order, requestedAt: '2026-01-01T09:00:00.000Z' };
  const records = reports.map(
    (one): RunRecord => ({
      ...{ state: 'finished', runId: one.runId, order, report: one },
      ...{ requestedAt: one.startedAt, startedAt: one.startedAt },
    }),
  );
  return { list: async (limit: number) => [waiting, ...records].slice(0, limit) };
}

async function firstSeen(now: RunReport, ...earlier: readonly RunReport[]) {
  const document = await problemsOf(queueOf(now, ...earlier), now);
  expect(problemsSchema.parse(document)).toEqual(document);
  return document.problems.map((one) => one.firstSeen?.runId);
}

describe('the problems of a run', () => {
  it('come with errors first, then by how often they came', async () => {
    const now = report(3, problem({ severity: 'warning', count: 99 }), problem({ code: 'item_rejected' }), problem());
    const more = { ...now, problems: [...now.problems, problem({ code: 'upsert_failed', count: 7 })] };
    const { runId, problems } = await problemsOf(queueOf(more), more);
    expect(runId).toBe('r3');
    expect(problems.map(({ code, count }) => `${code} ${count}`)).toEqual([
      ...['upsert_failed 7', 'item_rejected 1', 'field_failed 1', 'field_failed 99'],
    ]);
  });

  it('were first seen in this run, if no kept one had them', async () => {
    expect(await firstSeen(report(3, problem()), report(2), report(1, problem({ code: 'value_refused' })))).toEqual([
      'r3',
    ]);
    expect(await firstSeen(report(3))).toEqual([]);
  });

  it('were first seen in the oldest run before it that had the same', async () => {
    const now = report(3, problem({ message: 'Port said "a" to 5 of them' }));
    const same = problem({ message: 'Port said "b c" to 1234 of them', count: 80 });
    expect(await firstSeen(now, report(2), report(1, same))).toEqual(['r1']);
    expect(await firstSeen(report(2, same), report(4, same), report(1, same))).toEqual(['r1']);
    const placed = problem({ path: 'resources[0].x', expression: '.a', message: 'now this' });
    expect(await firstSeen(report(3, placed), report(1, { ...placed, message: 'then that' }))).toEqual(['r1']);
  });

  it.each([
    ['code', problem({ code: 'value_refused' })],
    ['kind', problem({ kind: 'komodorService' })],
    ['message', problem({ message: 'y' })],
    ['path', problem({ path: 'resources[1]' })],
  ])('are others with another %s', async (_, other) => {
    expect(await firstSeen(report(3, problem()), report(1, other))).toEqual(['r3']);
  });

  it.each(Object.keys(CODES))('lead to where %s is explained', async (code) => {
    const now = report(1, problem({ code: code as Problem['code'] }));
    const [one] = (await problemsOf(queueOf(now), now)).problems;
    const [file = '', anchor] = one?.docs.split('#') ?? [];
    expect(readProjectFile(file).text).toContain(`\n### \`${anchor}\`\n`);
  });
});
