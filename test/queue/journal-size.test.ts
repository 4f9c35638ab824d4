import { describe, expect } from 'vitest';
import type { JournalRow, NewRow } from '../../src/core/journal.ts';
import { KeptJournal } from '../../src/queue/journal/kept-journal.ts';
import { MemoryStore } from '../../src/queue/journal/memory-store.ts';
import { type Harness, it } from '../resync/harness.ts';
import { rowsOf } from './journal-rows.ts';

const log = () => undefined;
const RUN = { mode: 'resync', trigger: 'schedule', startedAt: '2026-11-27T08:00:00.000Z' } as const;

/** A store that counts how often a piece is taken out. */
class CountingStore extends MemoryStore {
  taken = 0;

  override content(runId: string, name: string): Promise<Buffer | undefined> {
    this.taken += 1;
    return super.content(runId, name);
  }
}

describe('the size of the journal', () => {
  it.for(['values', 'names'] as const)(
    'is at most 200 bytes a row of the shipped mapping, with %s',
    async (detail, { start }) => {
      const harness = await start({ services: 500, risksPerService: 2 });
      const store = new MemoryStore();
      const journal = new KeptJournal(store, { bytes: 2 ** 26, detail, log });
      const sizeOf = async (runId: string, run: Harness['run'] = harness.run) => {
        const writer = journal.begin({ ...RUN, runId });
        const report = await run('resync', { journal: { writer, detail } });
        await writer.end(report.status);
        const record = await store.find(runId);
        if (!record) throw new Error('There is no record');
        expect(record.lost).toBe(0);
        return { rows: record.rows, bytesPerRow: record.bytes / record.rows };
      };

      const created = await sizeOf('first');
      for (const [at, service] of harness.world.services.entries())
        harness.world.services[at] = { ...service, status: service.status === 'healthy' ? 'unhealthy' : 'healthy' };
      const changed = await sizeOf('all changed');
      expect([created.rows, changed.rows]).toEqual([expect.any(Number), 500]);
      expect(created.rows).toBeGreaterThan(1_400);
      expect(created.bytesPerRow).toBeLessThan(200);
      expect(changed.bytesPerRow).toBeLessThan(200);
    },
  );

  it('is in few pieces, however few rows come at once', async () => {
    const store = new MemoryStore();
    const journal = new KeptJournal(store, { bytes: 2 ** 26, log });
    const writer = journal.begin({ ...RUN, runId: 'r1' });
    const rows = rowsOf(2_010);
    for (let at = 0; at < rows.length; at += 3) await writer.append(rows.slice(at, at + 3));
    await writer.end('completed');
    expect((await store.indexes('r1')).size).toBe(5);
  });

  it('does not slow down a question for one entity', async () => {
    const store = new CountingStore();
    const journal = new KeptJournal(store, { bytes: 2 ** 26, log });
    for (const runId of ['r1', 'r2', 'r3']) {
      const writer = journal.begin({ ...RUN, runId });
      await writer.append(rowsOf(20_000));
      await writer.end('completed');
    }
    expect(await journal.history('komodorService', 'service-012345', 10)).toHaveLength(3);
    expect(store.taken).toBe(3);
    expect(await journal.history('komodorService', 'nobody', 10)).toEqual([]);
    expect(store.taken).toBe(3);
  });

  it('does not matter to memory: a run of many rows is written and read piece by piece', async () => {
    const store = new CountingStore();
    const journal = new KeptJournal(store, { bytes: 2 ** 26, log });
    const writer = journal.begin({ ...RUN, runId: 'r1' });
    for (let at = 0; at < 100_000; at += 1_000) {
      const rows = rowsOf(1_000).map((row): NewRow => ({ ...row, identifier: `${at} ${row.identifier}` }));
      await writer.append(rows);
    }
    await writer.end('completed');
    expect(await journal.find('r1')).toMatchObject({ rows: 100_000, lost: 0 });
    let read = 0;
    let most: readonly JournalRow[] = [];
    for await (const rows of journal.rows('r1', {}, new AbortController().signal)) {
      read += rows.length;
      if (rows.length > most.length) most = rows;
      // The next piece is not taken out before it is wanted.
      expect(store.taken).toBe(Math.ceil(read / 500));
    }
    expect([read, most.length]).toEqual([100_000, 500]);
  });
});
