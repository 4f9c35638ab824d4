import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ChangesDocument } from '../../src/answers/recorded-run.ts';
import { changedNothing } from '../../src/answers/recorded-run.ts';
import { createRunAnswers } from '../../src/answers/run-answers.ts';
import type { Journal, JournalRow } from '../../src/core/journal.ts';
import { createInlineJournal } from '../../src/queue/inline-journal.ts';
import { changesDocumentSchema } from '../../src/server/changes-schemas.ts';
import { readCsv } from '../answers/csv-reader.ts';
import { bearer, listening, noIncoming, startServer, type TestServer, until } from './support.ts';

const AT = '2026-01-02T03:04:05.678Z';

function rowOf(at: number, more: Partial<JournalRow> = {}): JournalRow {
  return {
    action: (['create', 'update', 'delete'] as const)[at % 3] ?? 'create',
    outcome: at % 5 === 0 ? 'refused' : 'done',
    at: AT,
    blueprint: at % 2 === 0 ? 'komodorService' : 'komodorHealthMonitoring',
    identifier: `entity-${at}`,
    title: `Title ${at}`,
    ...(at % 3 === 1 ? { properties: { status: { from: 'a', to: '=b' } } } : {}),
    ...more,
  };
}

/** Rows as a journal has them; its functions can be replaced. */
function journalWith(changes: Partial<Journal> = {}): Journal {
  const journal = createInlineJournal({ log: () => undefined });
  const call = <K extends keyof Journal>(name: K): Journal[K] =>
    changes[name] ?? (journal[name].bind(journal) as Journal[K]);
  return {
    begin: call('begin'),
    runs: call('runs'),
    find: call('find'),
    rows: call('rows'),
    page: call('page'),
    history: call('history'),
  };
}

/** A server with a resync that has finished and changed something. */
async function serverWithRun(rows: readonly JournalRow[], journal = journalWith()) {
  const server = await startServer({ journal });
  const runId = await finishedRun(server);
  const writer = journal.begin({ runId, mode: 'resync', trigger: 'http', startedAt: AT });
  await writer.append(rows);
  await writer.end('completed');
  return { server, runId, get: (path: string) => get(server, path) };
}

async function finishedRun({ app, runs, queue }: TestServer, payload: object = {}): Promise<string> {
  const { runId } = (await app.inject({ method: 'POST', url: '/v1/runs', headers: bearer, payload })).json();
  await until(() => runs.some((run) => run.runId === runId));
  runs.find((run) => run.runId === runId)?.finish();
  while ((await queue.find(runId))?.state !== 'finished') await sleep(1);
  return runId;
}

function get({ app }: TestServer, path: string) {
  return app.inject({ url: `/v1/runs/${path}`, headers: bearer });
}

const MANY = Array.from({ length: 25 }, (_, at) => rowOf(at));

describe('GET /v1/runs/:id/changes', () => {
  it('gives all rows, page by page, as the document describes them', async () => {
    const { runId, get } = await serverWithRun(MANY);
    const found: JournalRow[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer = await get(`${runId}/changes?limit=10&cursor=${cursor}`);
      const document: ChangesDocument = answer.json();
      expect(changesDocumentSchema.safeParse(document).error).toBeUndefined();
      expect(document).toMatchObject({ run: { runId, rows: 25, lost: 0, status: 'completed' }, note: null });
      found.push(...document.rows);
      cursor = document.cursor;
    }
    expect(found).toEqual(MANY);
    expect((await get('latest/changes')).json().rows).toEqual(MANY);
  });

  it.each([
    ['action=delete', (row: JournalRow) => row.action === 'delete'],
    ['outcome=refused&action=', (row: JournalRow) => row.outcome === 'refused'],
    ['blueprint=komodorService', (row: JournalRow) => row.blueprint === 'komodorService'],
    ['q=TITLE%202', (row: JournalRow) => row.identifier.startsWith('entity-2')],
    ['action=create&outcome=refused&q=1', (row: JournalRow) => ['entity-15'].includes(row.identifier)],
    ['q=nothing', () => false],
  ])('takes the filter %s, in all forms', async (query, fits) => {
    const { get, runId } = await serverWithRun(MANY);
    const expected = MANY.filter(fits).map(({ identifier }) => identifier);
    const page: ChangesDocument = (await get(`${runId}/changes?${query}`)).json();
    expect(page.rows.map(({ identifier }) => identifier)).toEqual(expected);
    const lines = (await get(`${runId}/changes.ndjson?${query}`)).body.split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line).identifier)).toEqual(expected);
    const [, ...table] = readCsv((await get(`${runId}/changes.csv?${query}`)).body);
    expect(table.map((cells) => cells[5])).toEqual(expected);
  });

  it.each([
    ['action=destroy', '/action'],
    ['outcome=ok', '/outcome'],
    ['limit=0', '/limit'],
    ['limit=1001', '/limit'],
    ['cursor=nonsense', '/cursor'],
    ['colour=red', '/colour'],
  ])('refuses %s', async (query, path) => {
    const { get, runId } = await serverWithRun(MANY);
    const answer = await get(`${runId}/changes?${query}`);
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'invalid_request',
      errors: [{ in: 'querystring', path }],
    });
  });

  it('gives the changes of a plan, page by page, without a journal', async () => {
    const server = await startServer();
    const runId = await finishedRun(server, { mode: 'plan' });
    const document: ChangesDocument = (await get(server, `${runId}/changes?limit=1`)).json();
    expect(document).toMatchObject({ run: { mode: 'plan', rows: 1 }, rows: [{ outcome: 'planned' }], cursor: null });
    expect((await get(server, `${runId}/changes?cursor=x`)).json().code).toBe('invalid_request');
  });
});

describe('what is asked of the latest run', () => {
  it('is about the last resync, also when somebody has planned since', async () => {
    const { server, get, runId } = await serverWithRun(MANY);
    await finishedRun(server, { mode: 'plan' });
    expect((await get('latest/changes')).json().run).toMatchObject({ runId, mode: 'resync' });
  });

  it('and of a blueprint that it has nothing of is answered with those that it has', async () => {
    const { get, server, runId } = await serverWithRun(MANY);
    const record = await server.queue.find(runId);
    const known = record?.state === 'finished' ? record.report.blueprints.map(({ blueprint }) => blueprint) : [];
    expect(known).toContain('komodorService');
    const { rows, note } = (await get('latest/changes?blueprint=komodorServise')).json();
    expect([rows, note.code]).toEqual([[], 'no_such_blueprint']);
    expect(note.message).toContain('did you mean komodorService');
    expect((await get('latest/changes?blueprint=komodorService&q=nothing')).json().note).toBeNull();
  });
});

describe('a run that changed nothing', () => {
  it('because it failed says so', () => {
    const problem = {
      code: 'mapping_empty',
      severity: 'error',
      message: 'No usable entry.',
      count: 1,
      samples: [],
    } as const;
    expect(changedNothing({ status: 'failed', problems: [problem] }).message).toBe(
      'This run changed nothing. It ended as failed: mapping_empty: No usable entry.',
    );
    expect(changedNothing({ status: 'completed', problems: [] }).message).toBe('This run changed nothing.');
  });
});

describe('a run that is not there', () => {
  it('is answered with those that exist and resemble it', async () => {
    const { get, runId } = await serverWithRun(MANY);
    const detailOf = async (id: string) => {
      for (const form of ['changes', 'changes.csv', 'changes.ndjson', 'report.html']) {
        const answer = await get(`${id}/${form}`);
        expect([form, answer.statusCode, answer.json().code]).toEqual([form, 404, 'run_not_found']);
      }
      return (await get(`${id}/changes`)).json().detail;
    };
    expect(await detailOf(runId.slice(0, 8))).toContain(`It resembles ${runId}`);
    expect(await detailOf(`${runId.slice(0, -1)}x`)).toContain(`It resembles ${runId}`);
    expect(await detailOf('nonsense')).toContain(`The latest are ${runId}`);
    expect(await detailOf('x'.repeat(200))).not.toContain('x'.repeat(61));
  });

  it('is said to be none where there was none', async () => {
    const server = await startServer();
    expect((await get(server, 'latest/changes')).json().detail).toBe('There has been no run yet.');
    expect((await get(server, 'abc/changes')).json().detail).toContain('there has been none yet');
  });
});

describe('a run without rows', () => {
  it('is said to have changed nothing, and which one did', async () => {
    const { server, runId } = await serverWithRun(MANY);
    const journal = journalWith({ runs: async () => [(await get(server, `${runId}/changes`)).json().run] });
    const parts = { queue: server.queue, journal, detail: 'values', keptRuns: 20 } as const;
    const record = await server.queue.find(runId);
    if (record?.state !== 'finished') throw new Error('It has not finished');
    const nothing = { ...record, report: { ...record.report, blueprints: [], changes: undefined } };
    const { changes: _, ...report } = nothing.report;
    const answers = createRunAnswers({
      askIncoming: noIncoming,
      ...parts,
      queue: { ...parts.queue, find: async () => ({ ...nothing, report }) },
    });
    expect(await answers.find('other')).toMatchObject({
      found: { note: { code: 'changed_nothing', message: expect.stringContaining(runId) } },
    });
  });

  it.each([
    ['off', 'history_off', 'RUN_HISTORY is off'],
    ['values', 'not_kept', 'not kept any more'],
  ] as const)('says why: RUN_HISTORY=%s', async (detail, code, sentence) => {
    const first = await startServer();
    const { queue } = first;
    const runId = await finishedRun(first);
    const withoutChanges = {
      list: (limit: number) => queue.list(limit),
      async find(id: string) {
        const record = await queue.find(id);
        if (record?.state !== 'finished') return record;
        const { changes: _, ...report } = record.report;
        return { ...record, report };
      },
    };
    const runAnswers = createRunAnswers({
      queue: withoutChanges,
      journal: journalWith(),
      detail,
      keptRuns: 20,
      askIncoming: noIncoming,
    });
    const server = await startServer({ runAnswers });
    const document: ChangesDocument = (await get(server, `${runId}/changes`)).json();
    expect(document).toMatchObject({ run: { rows: 0 }, rows: [], cursor: null, note: { code } });
    expect(document.note?.message).toContain(sentence);
    for (const form of ['csv', 'ndjson']) {
      const answer = await get(server, `${runId}/changes.${form}`);
      expect(answer.json()).toMatchObject({ status: 404, code: 'changes_not_kept' });
      expect(answer.json().detail).toContain(sentence);
    }
    expect((await get(server, `${runId}/report.html`)).body).toContain(sentence);
  });

  it('says that it waits or goes on, and gives no file of it', async () => {
    const server = await startServer();
    const { runId } = (
      await server.app.inject({ method: 'POST', url: '/v1/runs', headers: bearer, payload: {} })
    ).json();
    expect((await get(server, `${runId}/changes`)).json().note.code).toBe('in_progress');
    expect((await get(server, `${runId}/changes.csv`)).json()).toMatchObject({ status: 409, code: 'run_in_progress' });
  });
});

describe('a file of changes', () => {
  it('has a name and a type', async () => {
    const { get, runId } = await serverWithRun(MANY);
    const { headers } = await get(`${runId}/changes.csv`);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(headers['content-disposition']).toBe(`attachment; filename="komodor-port-changes-${runId}.csv"`);
    expect((await get(`${runId}/changes.ndjson`)).headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
  });

  it('that cannot begin is a problem, and one that breaks off is no whole answer', async () => {
    let pieces = 0;
    const journal = journalWith({
      async *rows() {
        for (let at = 0; at < pieces; at += 1) yield Array.from({ length: 1000 }, (_, one) => rowOf(one));
        throw new Error('The store is gone');
      },
    });
    const { server, runId } = await serverWithRun(MANY, journal);
    expect((await get(server, `${runId}/changes.ndjson`)).statusCode).toBe(500);
    pieces = 3;
    const { url } = await listening(server);
    for (const form of ['ndjson', 'csv']) {
      const answer = await fetch(`${url}/v1/runs/${runId}/changes.${form}`, { headers: bearer });
      expect(answer.status).toBe(200);
      await expect(answer.text()).rejects.toThrow(/terminated/);
    }
  });

  it('is read no faster than it is sent, and no further when its reader leaves', async () => {
    let given = 0;
    let isClosed = false;
    const journal = journalWith({
      async *rows() {
        try {
          for (;;) {
            given += 1;
            yield Array.from({ length: 1000 }, (_, at) => rowOf(at));
          }
        } finally {
          isClosed = true;
        }
      },
    });
    const { server, runId } = await serverWithRun(MANY, journal);
    const { url } = await listening(server);
    const leaving = new AbortController();
    const answer = await fetch(`${url}/v1/runs/${runId}/changes.csv`, { headers: bearer, signal: leaving.signal });
    const reader = answer.body?.getReader();
    await reader?.read();
    let before = -1;
    while (before !== given) {
      before = given;
      await sleep(200);
    }
    leaving.abort();
    await until(() => isClosed);
    expect(given).toBeLessThan(200);
  });
});

describe('GET /v1/runs/:id/report.html', () => {
  it('is a page that may do nothing but show itself', async () => {
    const { get, runId } = await serverWithRun([...MANY, rowOf(30, { title: '<img src=x onerror=alert(1)>' })]);
    const { headers, body } = await get(`${runId}/report.html`);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(body)?.[1]?.replaceAll('&#39;', "'");
    expect(headers['content-security-policy']).toBe(`${policy}; frame-ancestors 'self'`);
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(body).toContain('entity-24');
    expect(body).not.toContain('<img');
  });
});
