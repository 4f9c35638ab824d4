import { describe, expect, it } from 'vitest';
import type { Journal, JournalRow, NewRow, RowFilter } from '../../src/core/journal.ts';
import { BadCursor } from '../../src/core/journal.ts';
import type { JournalOptions } from '../../src/queue/journal/kept-journal.ts';
import { identifiersOf, refusalOf, rowOf, rowsOf } from './journal-rows.ts';

type Options = Partial<JournalOptions>;

const RUN = { mode: 'resync', trigger: 'schedule', startedAt: '2026-11-27T08:00:00.000Z' } as const;
const PLAN = { ...RUN, mode: 'plan' } as const;
const LIVE = { ...RUN, mode: 'live', trigger: 'webhook', startedAt: '2026-11-27T08:12:34.567Z' } as const;
const never = new AbortController().signal;

async function allRows(journal: Journal, runId: string, filter: RowFilter = {}): Promise<readonly JournalRow[]> {
  const rows: JournalRow[] = [];
  for await (const some of journal.rows(runId, filter, never)) rows.push(...some);
  return rows;
}

async function inPages(journal: Journal, runId: string, filter: RowFilter, limit: number) {
  const rows: JournalRow[] = [];
  let cursor: string | null = null;
  do {
    const page = await journal.page(runId, filter, cursor, limit);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor !== null);
  return rows;
}

/** Keeps a whole run. */
async function keep(
  journal: Journal,
  runId: string,
  rows: readonly NewRow[],
  run: Parameters<Journal['begin']>[0] = RUN,
) {
  const writer = journal.begin({ ...run, runId });
  await writer.append(rows);
  await writer.end('completed');
}

const minutes = (count: number) => new Date(Date.parse(RUN.startedAt) + count * 60_000).toISOString();

/** What every Journal does. @param open an empty one */
export function describeJournal(name: string, open: (options?: Options) => Promise<Journal>): void {
  describe(`${name} journal`, () => {
    it('keeps what a run did, and how it ended', async () => {
      const journal = await open({ now: () => new Date('2026-11-27T08:05:00.000Z') });
      const rows = [
        rowOf('a', { action: 'create', team: { from: null, to: ['x'] }, icon: { from: null, to: 'K' } }),
        rowOf('b', { outcome: 'refused', error: refusalOf('b') }),
        rowOf('c', { action: 'delete', reason: 'gone', detail: 'Komodor lists it no longer', outcome: 'held_back' }),
        rowOf('d', { title: { from: 'old', to: null }, fields: ['properties.x'] }),
      ];
      await keep(journal, 'r1', rows);
      expect(await allRows(journal, 'r1')).toEqual(rows);
      const run = {
        ...{ runId: 'r1', ...RUN, finishedAt: '2026-11-27T08:05:00.000Z', status: 'completed', rows: 4, lost: 0 },
        counts: { create: { done: 1 }, update: { done: 1, refused: 1 }, delete: { held_back: 1 } },
      };
      expect(await journal.find('r1')).toEqual(run);
      expect(await journal.runs()).toEqual([run]);
    });

    it('knows a run from its beginning, and keeps what was appended when its process dies', async () => {
      const journal = await open();
      const writer = journal.begin({ ...RUN, runId: 'r1' });
      await writer.append([]);
      expect(await journal.find('r1')).toMatchObject({ rows: 0, finishedAt: null, status: null, counts: {} });
      for (let i = 0; i < 30; i += 1)
        await writer.append(rowsOf(30).map((row) => ({ ...row, identifier: `${i}-${row.identifier}` })));
      expect(await journal.find('r1')).toMatchObject({ rows: 900, finishedAt: null, status: null });
      const rows = await allRows(journal, 'r1');
      expect(rows).toHaveLength(900);
      expect(new Set(identifiersOf(rows)).size).toBe(900);
    });

    it('keeps the exchanges of 100 refused rows of a run, or of an hour of live events, and none without values', async () => {
      const refused = (from: number, count: number) =>
        Array.from({ length: count }, (_, at) => rowOf(`e${from + at}`, { outcome: 'refused', error: refusalOf('x') }));
      const kept = async (journal: Journal, runId: string) =>
        (await allRows(journal, runId)).filter(({ error }) => error?.exchange).length;
      const journal = await open({ now: () => new Date(LIVE.startedAt) });
      await keep(journal, 'r1', refused(0, 130));
      for (const from of [0, 60]) {
        const live = journal.begin(LIVE);
        await live.append(refused(from, 60));
        await live.end('completed');
      }
      expect([await kept(journal, 'r1'), await kept(journal, 'live-2026-11-27T08')]).toEqual([100, 100]);
      const names = await open({ detail: 'names' });
      await keep(names, 'r2', refused(0, 3));
      expect((await allRows(names, 'r2')).map(({ error }) => error?.code)).toEqual(Array(3).fill('invalid_request'));
      expect(await kept(names, 'r2')).toBe(0);
    });

    it('goes on with the record of a run that is begun anew', async () => {
      const journal = await open();
      await keep(journal, 'r1', [rowOf('a')]);
      const writer = journal.begin({ ...RUN, runId: 'r1' });
      await writer.append([rowOf('b')]);
      expect(await journal.find('r1')).toMatchObject({ finishedAt: null, rows: 2 });
      await writer.end('degraded');
      expect(await journal.find('r1')).toMatchObject({ status: 'degraded', rows: 2 });
      expect(identifiersOf(await allRows(journal, 'r1'))).toEqual(['a', 'b']);
    });

    it('knows nothing of other runs', async () => {
      const journal = await open();
      await keep(journal, 'r1', [rowOf('a')]);
      expect(await journal.find('r2')).toBeUndefined();
      expect(await allRows(journal, 'r2')).toEqual([]);
      expect(await journal.page('r2', {}, null, 10)).toEqual({ rows: [], cursor: null });
      expect(await journal.history('komodorService', 'nobody', 10)).toEqual([]);
    });

    it('shows an entity that was written again with the same outcome as one row', async () => {
      const journal = await open();
      const first = rowOf('a', {
        action: 'create',
        properties: { x: { from: null, to: 1 }, y: { from: null, to: 1 } },
      });
      const again: NewRow = {
        ...rowOf('a', { properties: { y: { from: 1, to: 2 } }, relations: { s: { from: null, to: 'b' } } }),
        ...{ title: 'Port’s', again: true, fields: ['team'], at: '2026-11-27T08:01:00.000Z' },
        source: { kind: 'komodorService', item: 'Deployment/a', entries: ['resources[1]'] },
      };
      await keep(journal, 'r1', [first, rowOf('b'), again]);
      expect(await allRows(journal, 'r1')).toEqual([
        {
          ...first,
          properties: { x: { from: null, to: 1 }, y: { from: null, to: 2 } },
          relations: { s: { from: null, to: 'b' } },
          fields: ['team'],
          source: { kind: 'komodorService', item: 'Deployment/a', entries: ['resources[0]', 'resources[1]'] },
        },
        rowOf('b'),
      ]);
      expect(await journal.find('r1')).toMatchObject({ rows: 2, counts: { create: { done: 1 }, update: { done: 1 } } });
    });

    it('shows one that was written again with another outcome as two rows, side by side', async () => {
      const journal = await open();
      const refused: NewRow = {
        ...rowOf('a', { outcome: 'refused', error: { code: 'x', message: 'y' } }),
        again: true,
      };
      await keep(journal, 'r1', [
        rowOf('a'),
        rowOf('b'),
        refused,
        { ...refused, properties: {} },
        { ...rowOf('b'), again: true },
      ]);
      const rows = await allRows(journal, 'r1');
      expect(rows.map(({ identifier, outcome }) => [identifier, outcome])).toEqual([
        ['a', 'done'],
        ['a', 'refused'],
        ['b', 'done'],
      ]);
      expect(await journal.find('r1')).toMatchObject({ rows: 3, counts: { update: { done: 2, refused: 1 } } });
    });

    it('merges rows that are far apart, and counts exactly what it shows', async () => {
      const journal = await open();
      const writer = journal.begin({ ...RUN, runId: 'r1' });
      const rows = rowsOf(2_000);
      const later = rows.map((row, at): NewRow => {
        const outcome = at % 7 === 0 ? 'refused' : 'done';
        return { ...row, outcome, again: true, properties: {}, relations: { s: { from: null, to: 'b' } } };
      });
      for (const list of [rows, later])
        for (let at = 0; at < 2_000; at += 40) await writer.append(list.slice(at, at + 40));
      await writer.end('completed');
      const shown = await allRows(journal, 'r1');
      expect(shown.filter(({ outcome }) => outcome === 'refused')).toHaveLength(286);
      expect(shown).toHaveLength(2_286);
      expect(shown.filter(({ properties, relations }) => properties?.status && relations?.s)).toHaveLength(1_714);
      expect(await journal.find('r1')).toMatchObject({
        rows: 2_286,
        counts: { update: { done: 2_000, refused: 286 } },
      });
      expect(await inPages(journal, 'r1', {}, 33)).toEqual(shown);
    });

    it('gives pages by a filter, wherever they begin', async () => {
      const journal = await open();
      const rows = [
        ...rowsOf(700),
        rowOf('zebra', { action: 'delete', title: { from: 'Ærø', to: 'B' } }),
        rowOf('x', { blueprint: 'b' }),
      ];
      await keep(journal, 'r1', rows);
      for (const limit of [1_000, 500, 7]) expect(await inPages(journal, 'r1', {}, limit)).toEqual(rows);
      const found = async (filter: RowFilter) => identifiersOf(await inPages(journal, 'r1', filter, 2));
      expect(await found({ q: 'ZEB' })).toEqual(['zebra']);
      expect(await found({ q: 'ærØ' })).toEqual(['zebra']);
      expect(await found({ q: 'SERVICE-00069' })).toHaveLength(10);
      expect(await found({ blueprint: 'b' })).toEqual(['x']);
      expect(await found({ action: 'delete' })).toEqual(['zebra']);
      expect(await found({ action: 'delete', outcome: 'refused' })).toEqual([]);
    });

    it('gives cursors that stay true while the run goes on', async () => {
      const journal = await open();
      const writer = journal.begin({ ...RUN, runId: 'r1' });
      const rows = rowsOf(1_100);
      await writer.append(rows.slice(0, 30));
      const first = await journal.page('r1', {}, null, 20);
      for (let at = 30; at < 1_100; at += 30) await writer.append(rows.slice(at, at + 30));
      await writer.end('completed');
      const second = await journal.page('r1', {}, first.cursor, 2_000);
      expect(identifiersOf([...first.rows, ...second.rows])).toEqual(identifiersOf(rows));
    });

    it.each(['', 'x', '!!!', 'bm90aGluZw', '../..'])('refuses the cursor %j', async (cursor) => {
      const journal = await open();
      await keep(journal, 'r1', [rowOf('a')]);
      await expect(journal.page('r1', {}, cursor, 10)).rejects.toThrow(BadCursor);
    });

    it('tells what happened to one entity, the newest first', async () => {
      const journal = await open();
      await keep(journal, 'r1', [...rowsOf(600), rowOf('a', { at: minutes(1) })]);
      await keep(journal, 'r2', [rowOf('a', { at: minutes(60), outcome: 'planned' }), rowOf('b')], {
        ...PLAN,
        startedAt: minutes(60),
      });
      await keep(journal, 'r3', [rowOf('a', { blueprint: 'other' })], { ...RUN, startedAt: minutes(65) });
      const live = journal.begin({ ...LIVE, startedAt: minutes(70) });
      await live.append([
        rowOf('a', { at: minutes(71) }),
        { ...rowOf('a', { at: minutes(72), outcome: 'refused' }), again: true },
      ]);
      await live.end('completed');
      const history = await journal.history('komodorService', 'a', 10);
      expect(history.map(({ runId, mode, at }) => [runId, mode, at])).toEqual([
        ['live-2026-11-27T09', 'live', minutes(72)],
        ['live-2026-11-27T09', 'live', minutes(71)],
        ['r2', 'plan', minutes(60)],
        ['r1', 'resync', minutes(1)],
      ]);
      expect(await journal.history('komodorService', 'a', 2)).toEqual(history.slice(0, 2));
    });

    it('keeps the rows of live events by the hour', async () => {
      const journal = await open({ now: () => new Date('2026-11-27T09:30:00.000Z') });
      for (const startedAt of [LIVE.startedAt, '2026-11-27T08:59:59.999Z', '2026-11-27T09:00:00.000Z']) {
        const writer = journal.begin({ ...LIVE, startedAt });
        await writer.append([rowOf(startedAt)]);
        await writer.end('completed');
      }
      await journal.begin({ ...LIVE, startedAt: '2026-11-27T10:00:00.000Z' }).end('completed');
      expect(await journal.runs()).toEqual([
        expect.objectContaining({ runId: 'live-2026-11-27T09', rows: 1, finishedAt: null, status: null }),
        expect.objectContaining({ runId: 'live-2026-11-27T08', rows: 2, finishedAt: '2026-11-27T09:00:00.000Z' }),
      ]);
      expect(await journal.find('live-2026-11-27T08')).toMatchObject({
        mode: 'live',
        trigger: 'webhook',
        startedAt: RUN.startedAt,
      });
    });

    it('keeps at most 10,000 rows of live events an hour, and counts the others', async () => {
      const journal = await open();
      const writer = journal.begin(LIVE);
      await writer.append(rowsOf(10_000));
      await writer.end('completed');
      for (let i = 0; i < 2; i += 1) {
        const late = journal.begin(LIVE);
        await late.append(rowsOf(3));
        await late.end('completed');
      }
      expect(await journal.find('live-2026-11-27T08')).toMatchObject({ rows: 10_000, lost: 6 });
    });

    it('keeps the names of fields alone where values are not wanted', async () => {
      const journal = await open({ detail: 'names' });
      await keep(journal, 'r1', [
        rowOf('a', { title: { from: 'x', to: 'y' }, relations: { s: { from: null, to: 'b' } }, fields: ['team'] }),
      ]);
      const [row] = await allRows(journal, 'r1');
      expect(row).toMatchObject({ title: 'y', fields: ['title', 'properties.status', 'relations.s', 'team'] });
      expect(JSON.stringify(row)).not.toContain('healthy');
    });

    it('keeps a row that is far too long without its values', async () => {
      const journal = await open();
      await keep(journal, 'r1', [
        rowOf('a', { properties: { text: { from: null, to: 'long '.repeat(100_000) } } }),
        rowOf('b'),
      ]);
      const [long, ...others] = await allRows(journal, 'r1');
      expect(long).toMatchObject({ identifier: 'a', fields: ['properties.text'] });
      expect(JSON.stringify(long).length).toBeLessThan(1_000);
      expect(others).toEqual([rowOf('b')]);
    });

    it('keeps hostile names as they are', async () => {
      const journal = await open();
      const rows = ['__proto__', '\u2028\n\r\u0000', '😀\ud800', '{"a":1}', 'live-2026', 'a/b'].map((name) =>
        rowOf(name, { properties: { [name]: { from: null, to: { [name]: name } } } }),
      );
      await keep(journal, 'r1', rows);
      expect(JSON.stringify(await allRows(journal, 'r1'))).toEqual(JSON.stringify(rows));
      for (const row of rows) expect(await journal.history(row.blueprint, row.identifier, 5)).toHaveLength(1);
    });
  });

  describe(`of old records, the ${name} journal`, () => {
    const kept = async (journal: Journal) => (await journal.runs()).map(({ runId }) => runId);

    it('keeps the last runs that changed something', async () => {
      const journal = await open({ runs: 3 });
      for (let i = 0; i < 6; i += 1)
        await keep(journal, `r${i}`, [rowOf('a', { outcome: i % 2 ? 'done' : 'refused' })], {
          ...RUN,
          startedAt: minutes(i),
        });
      expect(await kept(journal)).toEqual(['r5', 'r4', 'r3']);
      expect(await allRows(journal, 'r2')).toEqual([]);
    });

    it('keeps the newest of those that only held back or left to live events', async () => {
      const journal = await open({ runs: 3 });
      await keep(journal, 'done', [rowOf('a')]);
      for (let i = 1; i < 4; i += 1)
        await keep(journal, `r${i}`, [rowOf('a', { outcome: i % 2 ? 'held_back' : 'superseded' })], {
          ...RUN,
          startedAt: minutes(i),
        });
      await keep(journal, 'nothing', [], { ...RUN, startedAt: minutes(9) });
      expect(await kept(journal)).toEqual(['nothing', 'r3', 'done']);
    });

    it('keeps the last five plans', async () => {
      const journal = await open({ runs: 1 });
      await keep(journal, 'done', [rowOf('a')]);
      for (let i = 1; i < 8; i += 1)
        await keep(journal, `p${i}`, [rowOf('a', { outcome: 'planned' })], { ...PLAN, startedAt: minutes(i) });
      expect(await kept(journal)).toEqual(['p7', 'p6', 'p5', 'p4', 'p3', 'done']);
    });

    it('keeps the last 24 hours of live events that had rows', async () => {
      const journal = await open();
      for (let i = 0; i < 30; i += 1) {
        const writer = journal.begin({ ...LIVE, startedAt: minutes(60 * i) });
        if (i % 5 !== 0) await writer.append([rowOf('a')]);
        await writer.end('completed');
      }
      const hours = await kept(journal);
      expect(hours).toHaveLength(24);
      expect(hours[0]).toBe('live-2026-11-28T13');
    });

    it('keeps no more bytes than it may, the newest first', async () => {
      const journal = await open({ bytes: 20_000 });
      for (let i = 0; i < 6; i += 1) await keep(journal, `r${i}`, rowsOf(500), { ...RUN, startedAt: minutes(i) });
      const runs = await kept(journal);
      expect(runs[0]).toBe('r5');
      expect(runs.length).toBeLessThan(6);
      const large = await open({ bytes: 20_000 });
      await keep(large, 'r1', rowsOf(9_000));
      const run = await large.find('r1');
      expect(run?.rows).toBeGreaterThan(0);
      expect((run?.rows ?? 0) + (run?.lost ?? 0)).toBe(9_000);
      expect(await allRows(large, 'r1')).toHaveLength(run?.rows ?? 0);
    });
  });
}
