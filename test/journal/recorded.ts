import { expect } from 'vitest';
import { CollectedRows } from '../../src/core/collected-rows.ts';
import type { JournalRow } from '../../src/core/journal.ts';
import type { RunReport } from '../../src/core/report.ts';
import { explain, type Harness } from '../resync/harness.ts';
import { differences, SeenChanges } from './seen-changes.ts';

export interface RecordedRun {
  readonly report: RunReport;
  readonly rows: readonly JournalRow[];
  /** Questions that Port's search answered. */
  readonly questions: number;
}

type RunOptions = NonNullable<Parameters<Harness['run']>[1]> & { readonly detail?: 'values' | 'names' };

/** Runs with a record, and fails unless the rows are what the stand-in saw. */
export function recorderOf(harness: Harness): (options?: RunOptions) => Promise<RecordedRun> {
  const seen = new SeenChanges(harness.store);
  return async ({ detail = 'values', ...options } = {}) => {
    seen.cut();
    harness.cutLogs();
    const writer = new CollectedRows();
    const report = await harness.run('resync', { ...options, journal: { writer, detail } });
    const rows = writer.all();
    expect(differences(rows, seen, report.runId), explain(report)).toEqual([]);
    return { report, rows, questions: harness.port.log.filter(({ route }) => route === 'search').length };
  };
}

/** How many rows there are of each action and outcome. */
export function tally(rows: readonly JournalRow[]): { readonly [name: string]: number } {
  const counts: { [name: string]: number } = {};
  for (const { action, outcome } of rows) counts[`${action} ${outcome}`] = (counts[`${action} ${outcome}`] ?? 0) + 1;
  return counts;
}
