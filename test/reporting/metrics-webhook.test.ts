import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { goThrough, runReport } from './runs.ts';
import { IDENTIFIER, setUp, VERSION } from './setup.ts';

const ORDER = { mode: 'resync', kinds: [] } as const;
const TOKEN = 'canary-token-4711';

interface Posted {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

/** Somebody's address; answers as told. */
async function hook(answer: (call: number) => number | 'hang' = () => 200) {
  const posted: Posted[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    posted.push({ url: request.url, authorization: request.headers.authorization, body: JSON.parse(text) });
    const status = answer(posted.length);
    if (status !== 'hang') response.writeHead(status).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { posted, url: `http://127.0.0.1:${port}/hooks/${TOKEN}?key=${TOKEN}` };
}

describe('the metrics webhook', () => {
  it('gets how each part of a run ended, one document a request, without our credentials', async () => {
    const { posted, url } = await hook();
    const { reporter } = await setUp();
    const run = reporter({ webhookUrl: url }).begin('run-1', ORDER, null, null);
    goThrough(run.observer);
    await run.end(runReport({ runId: 'run-1' }));
    expect(posted.map(({ body }) => body.kindIdentifier)).toEqual(
      expect.arrayContaining(['komodorService-0', '__reconciliation__', '__runtime__']),
    );
    for (const { url: path, authorization, body } of posted) {
      expect([path, authorization]).toEqual([`/hooks/${TOKEN}?key=${TOKEN}`, undefined]);
      expect(body).toMatchObject({
        ...{ integrationType: 'komodor', integrationIdentifier: IDENTIFIER, integrationVersion: VERSION },
        ...{ eventId: 'run-1', syncState: 'completed', metrics: { phase: expect.any(Object) } },
      });
    }
  });

  it('gets nothing of a plan', async () => {
    const { posted, url } = await hook();
    const { reporter } = await setUp();
    const run = reporter({ webhookUrl: url }).begin('run-1', { ...ORDER, mode: 'plan' }, null, null);
    goThrough(run.observer);
    await run.end(runReport({ runId: 'run-1', mode: 'plan' }));
    expect(posted).toEqual([]);
  });

  it.each([500, 404, 'hang'] as const)(
    'that answers %s disturbs nobody, is told once, and its token never',
    async (how) => {
      const { url } = await hook(() => how);
      const { reporter, lines, resyncState } = await setUp();
      const run = reporter({ webhookUrl: url, waitMs: 50 }).begin('run-1', ORDER, null, null);
      goThrough(run.observer);
      await run.end(runReport({ runId: 'run-1' }));
      await vi.waitFor(() => expect(resyncState()).toMatchObject({ status: 'completed' }));
      if (how === 404) {
        await vi.waitFor(() =>
          expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
            { message: expect.stringMatching(/^METRICS_WEBHOOK_URL did not take a document: status 404 from 127/) },
          ]),
        );
      }
      expect(JSON.stringify(lines)).not.toContain(TOKEN);
    },
  );

  it('hears of a run that did not end before the process', async () => {
    const { posted, url } = await hook();
    const { reporter } = await setUp();
    const all = reporter({ webhookUrl: url });
    goThrough(all.begin('run-1', ORDER, null, null).observer);
    await all.close();
    expect(posted.map(({ body }) => body.syncState)).toEqual(expect.arrayContaining(['aborted']));
  });
});
