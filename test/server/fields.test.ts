import { describe, expect, it } from 'vitest';
import { createInlineFields } from '../../src/queue/inline-fields.ts';
import { createInlineJournal } from '../../src/queue/inline-journal.ts';
import { fieldsSchema } from '../../src/server/fields-route.ts';
import { problemsSchema } from '../../src/server/problems-route.ts';
import { bearer, startServer, until } from './support.ts';

const ORDER = { mode: 'resync', trigger: 'http', kinds: [], approveDeletions: [] } as const;

describe('GET /v1/fields', () => {
  it('needs the token, and gives as many runs as are asked for', async () => {
    const fields = createInlineFields();
    const { app } = await startServer({ fields });
    expect((await app.inject('/v1/fields')).statusCode).toBe(401);
    const get = async (query = '') =>
      fieldsSchema.parse((await app.inject({ url: `/v1/fields${query}`, headers: bearer })).json());
    expect(await get()).toEqual({ runs: [], fields: [] });
    const place = { entry: 'resources[0]', kind: 'k', blueprint: 'b', path: 'title', expression: '.name' };
    for (const runId of ['a', 'b', 'c']) {
      const counts = { values: 3, nulls: 0, failed: 0 };
      const at = { startedAt: '2026-01-02T03:04:05.678Z', status: 'completed' } as const;
      await fields.add({ runId, ...at, fields: [{ ...place, ...counts }] });
    }
    expect((await get()).runs.map(({ runId }) => runId)).toEqual(['c', 'b', 'a']);
    const two = await get('?runs=2');
    expect(two.fields).toEqual([{ ...place, cells: Array(2).fill({ values: 3, nulls: 0, failed: 0 }) }]);
  });

  it.each(['runs=0', 'runs=21', 'runs=x', 'limit=3'])('refuses %s', async (query) => {
    const { app } = await startServer();
    const answer = await app.inject({ url: `/v1/fields?${query}`, headers: bearer });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_request']);
  });
});

describe('GET /v1/runs/:id/problems', () => {
  it('needs the token, and takes an id or `latest`', async () => {
    const { app, queue, runs } = await startServer();
    expect((await app.inject('/v1/runs/latest/problems')).statusCode).toBe(401);
    const get = (id: string) => app.inject({ url: `/v1/runs/${id}/problems`, headers: bearer });
    expect((await get('latest')).json()).toMatchObject({ status: 404, code: 'run_not_found' });
    const { runId } = await queue.request(ORDER);
    await until(() => runs.length === 1);
    expect((await get(runId)).json()).toMatchObject({ status: 409, code: 'run_in_progress' });
    runs[0]?.finish();
    for await (const _ of queue.watch(runId, new AbortController().signal));
    const document = problemsSchema.parse((await get('latest')).json());
    expect(problemsSchema.parse((await get(runId)).json())).toEqual(document);
    expect(document).toMatchObject({
      runId,
      problems: [{ code: 'field_failed', firstSeen: { runId }, docs: 'docs/errors.md#field_failed' }],
    });
    expect((await get('nonsense')).json().detail).toContain('There is no run nonsense');
  });

  it('says that a report is not kept any more, where only changes are', async () => {
    const journal = createInlineJournal({ log: () => undefined });
    const { app } = await startServer({ journal });
    const at = '2026-01-01T00:00:00.000Z';
    const writer = journal.begin({ runId: 'old', mode: 'resync', trigger: 'cli', startedAt: at });
    await writer.append([{ action: 'create', outcome: 'done', blueprint: 'b', identifier: 'i', title: null, at }]);
    await writer.end('completed');
    const answer = await app.inject({ url: '/v1/runs/old/problems', headers: bearer });
    expect(answer.json()).toMatchObject({ status: 404, code: 'report_not_kept' });
  });
});
