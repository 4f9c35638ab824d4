import { describe, expect, it } from 'vitest';
import { runReportSchema } from '../../src/server/report-schema.ts';
import { runListSchema, runSchema } from '../../src/server/run-schemas.ts';
import { bearer, startServer, until } from './support.ts';

const DIGEST = '0123456789abcdef';
const OTHER = 'fedcba9876543210';
const post = { method: 'POST', url: '/v1/runs', headers: bearer } as const;

describe('POST /v1/runs', () => {
  it('answers at once with where to look, and a second request joins', async () => {
    const { app, runs } = await startServer();
    const first = await app.inject(post);
    expect(first.statusCode).toBe(202);
    const { runId } = first.json();
    expect(first.json()).toEqual({ runId, joined: false, href: `/v1/runs/${runId}` });
    expect(first.headers.location).toBe(`/v1/runs/${runId}`);
    expect((await app.inject(post)).json()).toEqual({ runId, joined: true, href: `/v1/runs/${runId}` });
    expect(runs).toHaveLength(1);
  });

  it.each([
    ['nothing', undefined, { mode: 'resync', kinds: [], approveDeletions: [] }],
    ['an empty object', {}, { mode: 'resync', kinds: [], approveDeletions: [] }],
    ['a plan', { mode: 'plan' }, { mode: 'plan', kinds: [], approveDeletions: [] }],
    [
      'kinds, one twice',
      { kinds: ['komodorService', 'komodorService'] },
      { mode: 'resync', kinds: ['komodorService'], approveDeletions: [] },
    ],
    ['an approval', { approveDeletions: DIGEST }, { mode: 'resync', kinds: [], approveDeletions: [DIGEST] }],
    [
      'approvals',
      { approveDeletions: [DIGEST, OTHER] },
      { mode: 'resync', kinds: [], approveDeletions: [DIGEST, OTHER] },
    ],
  ])('takes %s', async (_name, payload, order) => {
    const { app, runs } = await startServer();
    for (const url of ['/v1/runs', '/resync']) {
      const answer = await app.inject({ ...post, url, ...(payload && { payload }) });
      expect(answer.statusCode).toBe(202);
    }
    expect(runs[0]?.order).toEqual({ ...order, trigger: 'http' });
  });

  it.each([
    ['an unknown kind', { kinds: ['komodorService', 'nope'] }, '/kinds/1'],
    ['an empty list of kinds', { kinds: [] }, '/kinds'],
    ['kinds as text', { kinds: 'komodorService' }, '/kinds'],
    ['an approval of nothing', { approveDeletions: '' }, '/approveDeletions'],
    ['an approval that is no digest', { approveDeletions: 'xyz' }, '/approveDeletions'],
    ['a digest that was cut off', { approveDeletions: [DIGEST, OTHER.slice(1)] }, '/approveDeletions/1'],
    ['too many approvals', { approveDeletions: Array.from({ length: 101 }, () => DIGEST) }, '/approveDeletions'],
    ['too many kinds', { kinds: Array.from({ length: 101 }, () => 'komodorService') }, '/kinds'],
    ['an unknown mode', { mode: 'dry-run' }, '/mode'],
    ['an unknown key', { kind: ['komodorService'] }, '/kind'],
    ['an unknown key named __proto__', '{"__proto__":{"mode":"plan"}}', '/__proto__'],
    ['a list', [], ''],
  ])('refuses %s with 400 and its path', async (_name, payload, path) => {
    const { app, runs } = await startServer();
    for (const url of ['/v1/runs', '/resync']) {
      const headers = { ...bearer, 'content-type': 'application/json' };
      const answer = await app.inject({ method: 'POST', url, headers, payload });
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_request']);
      expect(answer.json().errors).toContainEqual({ in: 'body', path, message: expect.any(String) });
    }
    expect(runs).toHaveLength(0);
  });

  it.each([
    ['text that is no JSON', '{"kinds":', 'application/json', 400, 'malformed_json'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'application/json', 400, 'malformed_json'],
    ['a form', 'kinds=x', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
    ['too much', `"${'x'.repeat(1_048_576)}"`, 'application/json', 413, 'body_too_large'],
  ])('refuses %s', async (_name, payload, contentType, status, code) => {
    const { app } = await startServer();
    const answer = await app.inject({ ...post, headers: { ...bearer, 'content-type': contentType }, payload });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  it('answers 503 with Retry-After when the queue cannot take it', async () => {
    const { app, queue } = await startServer();
    await queue.close();
    const answer = await app.inject(post);
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'queue_unavailable']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('GET /v1/runs', () => {
  it('shows a run at every point of its life, as the document describes it', async () => {
    const { app, runs } = await startServer();
    const { href, runId } = (await app.inject(post)).json();
    const waiting = (await app.inject({ ...post, payload: { mode: 'plan' } })).json();
    runs[0]?.progress(7);
    const running = (await app.inject({ url: href, headers: bearer })).json();
    expect(running).toMatchObject({ runId, status: 'running', finishedAt: null, progress: [{ items: 7 }] });
    const queued = (await app.inject({ url: waiting.href, headers: bearer })).json();
    expect(queued).toMatchObject({ status: 'queued', mode: 'plan', startedAt: null, progress: [] });

    runs[0]?.finish();
    await until(() => runs.length === 2);
    const finished = (await app.inject({ url: href, headers: bearer })).json();
    expect(finished).toMatchObject({ runId, status: 'completed', trigger: 'http' });
    for (const document of [running, queued, finished]) expect(runSchema.safeParse(document).error).toBeUndefined();
    expect(runReportSchema.safeParse(finished).error).toBeUndefined();
    expect((await app.inject({ url: '/v1/runs/latest', headers: bearer })).json()).toEqual(finished);

    const list = (await app.inject({ url: '/v1/runs?limit=1', headers: bearer })).json();
    expect(runListSchema.safeParse(list).error).toBeUndefined();
    expect(list.runs.map((run: { runId: string }) => run.runId)).toEqual([waiting.runId]);
  });

  it.each(['0', '201', 'x', '1.5'])('refuses limit=%s', async (limit) => {
    const { app } = await startServer();
    const answer = await app.inject({ url: `/v1/runs?limit=${limit}`, headers: bearer });
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'invalid_request',
      errors: [{ in: 'querystring', path: '/limit' }],
    });
  });

  it('does not know other runs', async () => {
    const { app } = await startServer();
    for (const url of [
      '/v1/runs/nope',
      '/v1/runs/latest',
      '/v1/runs/nope/events',
      '/v1/runs/%2e%2e%2f',
      '/v1/runs/__proto__',
    ]) {
      const answer = await app.inject({ url, headers: bearer });
      expect([url, answer.statusCode, answer.json().code]).toEqual([url, 404, 'run_not_found']);
    }
  });
});

describe('DELETE /v1/runs/:id', () => {
  const cancel = (url: string) => ({ method: 'DELETE', url, headers: bearer }) as const;

  it('stops a running run and takes a waiting one out', async () => {
    const { app, queue } = await startServer();
    const running = (await app.inject(post)).json();
    const waiting = (await app.inject({ ...post, payload: { mode: 'plan' } })).json();
    for (const { href, runId } of [waiting, running]) {
      const answer = await app.inject(cancel(href));
      expect([answer.statusCode, answer.json()]).toEqual([202, { runId, cancelling: true }]);
    }
    const { runsActive, runsWaiting } = await queue.counts();
    expect(runsActive + runsWaiting).toBeLessThanOrEqual(1);
    expect((await app.inject({ url: running.href, headers: bearer })).json().status).toBe('aborted');
  });

  it('says which of unknown and finished it is', async () => {
    const { app, runs, queue } = await startServer();
    const { href, runId } = (await app.inject(post)).json();
    runs[0]?.finish();
    while ((await queue.find(runId))?.state !== 'finished') await Promise.resolve();
    expect((await app.inject(cancel(href))).json()).toMatchObject({ status: 409, code: 'run_finished' });
    expect((await app.inject(cancel('/v1/runs/nope'))).json()).toMatchObject({ status: 404, code: 'run_not_found' });
  });
});
