import { describe, expect } from 'vitest';
import { CollectedRows } from '../../src/core/collected-rows.ts';
import type { JournalRow } from '../../src/core/journal.ts';
import { explain, type Harness, it } from '../resync/harness.ts';
import { changeFirst } from '../resync/world-steps.ts';
import { differences, SeenChanges } from './seen-changes.ts';

type Detail = 'values' | 'names';

/** A run with its rows, which must be what the stand-in saw. */
async function recorded(
  harness: Harness,
  seen: SeenChanges,
  detail: Detail = 'values',
  more: Parameters<Harness['run']>[1] = {},
) {
  seen.cut();
  harness.cutLogs();
  const writer = new CollectedRows();
  const report = await harness.run('resync', { ...more, journal: { writer, detail } });
  const rows = writer.all();
  expect(differences(rows, seen, report.runId), explain(report)).toEqual([]);
  const questions = harness.port.log.filter(({ route }) => route === 'search').length;
  return { report, rows, questions };
}

function tally(rows: readonly JournalRow[]): { readonly [name: string]: number } {
  const counts: { [name: string]: number } = {};
  for (const { action, outcome } of rows) counts[`${action} ${outcome}`] = (counts[`${action} ${outcome}`] ?? 0) + 1;
  return counts;
}

describe.concurrent('the rows of a resync are what Port saw', () => {
  it.for(['values', 'names'] as const)('first, unchanged and changed runs, with %s', async (detail, { start }) => {
    const harness = await start({ services: 300 });
    const seen = new SeenChanges(harness.store);
    const first = await recorded(harness, seen, detail);
    expect(tally(first.rows)).toEqual({
      'create done': first.report.blueprints.reduce((sum, { created }) => sum + created, 0),
    });
    // The first unchanged run still learns how many entities fit into a page.
    await recorded(harness, seen, detail);
    const unchanged = await recorded(harness, seen, detail);
    expect(unchanged.rows).toEqual([]);
    changeFirst(harness.world, { status: 'unhealthy' });
    const changed = await recorded(harness, seen, detail);
    expect(changed.questions - unchanged.questions).toBe(detail === 'values' ? 1 : 0);
    const [row] = changed.rows;
    expect(row).toMatchObject({
      action: 'update',
      outcome: 'done',
      blueprint: 'komodorService',
      source: { kind: 'komodorService', entries: ['resources[0]'] },
      ...(detail === 'values' ? { properties: { status: { to: 'unhealthy' } } } : { fields: ['properties.status'] }),
    });
    for (const at of harness.world.services.keys()) {
      const service = harness.world.services[at];
      if (service)
        harness.world.services[at] = { ...service, status: service.status === 'healthy' ? 'unhealthy' : 'healthy' };
    }
    const all = await recorded(harness, seen, detail);
    expect(tally(all.rows)).toEqual({ 'update done': 300 });
    expect(all.questions - unchanged.questions).toBe(detail === 'values' ? 2 : 0);
  });
});
