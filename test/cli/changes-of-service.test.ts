import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JournalRow } from '../../src/core/journal.ts';
import { withoutExchange } from '../../src/core/kept-exchanges.ts';
import { createInlineJournal } from '../../src/queue/inline-journal.ts';
import { refusalOf } from '../queue/journal-rows.ts';
import { API_TOKEN, bearer, listening, startServer } from '../server/support.ts';
import { documentOf, expectReadableFailure, runCli } from './run-cli.ts';

const AT = '2026-01-02T03:04:05.678Z';
const ROWS = Array.from(
  { length: 1500 },
  (_, at): JournalRow => ({
    action: 'update',
    outcome: at % 2 === 0 ? 'done' : 'refused',
    at: AT,
    blueprint: 'komodorService',
    identifier: `entity-${at}`,
    title: { from: 'old', to: `=new ${at}` },
    icon: { from: null, to: 'x' },
    team: { from: ['a'], to: [] },
    properties: { status: { from: null, to: `\u001b[31m"${at}"` } },
    relations: { service: { from: 'a', to: null } },
    fields: ['properties.size'],
    ...(at % 2 === 0 ? {} : { error: { ...refusalOf(`entity-${at}`), message: 'no, "never"\n' } }),
    source: { kind: 'komodorService', item: 'Deployment/prod/api', entries: ['resources[0]'] },
  }),
);

/** The rows with only so many exchanges. */
function withFirstExchanges(rows: readonly JournalRow[], count: number): readonly JournalRow[] {
  const refused = rows.filter(({ error }) => error);
  return rows.map((row) => (refused.indexOf(row) >= count ? withoutExchange(row) : row));
}

/** A service that has recorded a run. */
async function startService(rows: readonly JournalRow[] = ROWS) {
  const journal = createInlineJournal({ log: () => undefined });
  const server = await startServer({ journal });
  const writer = journal.begin({ runId: 'run-of-last-night', mode: 'resync', trigger: 'schedule', startedAt: AT });
  await writer.append(rows);
  await writer.end('degraded');
  const { url } = await listening(server);
  const cli = (...args: string[]) => runCli([...args, '--url', url], { env: { API_TOKEN } });
  const route = async (path: string) =>
    (await fetch(`${url}/v1/runs/run-of-last-night/${path}`, { headers: bearer })).text();
  return { url, cli, route };
}

describe('changes and report of a run of the service', () => {
  it('are the documents of the routes', async () => {
    const { cli, route } = await startService();
    const whole = documentOf(await cli('changes', 'run-of-last-night', '--json'));
    expect(whole.rows).toEqual(withFirstExchanges(ROWS, 100));
    const first = JSON.parse(await route('changes?limit=1000'));
    const rest = JSON.parse(await route(`changes?limit=1000&cursor=${first.cursor}`));
    expect(whole).toEqual({ ...first, rows: [...first.rows, ...rest.rows], cursor: null });
    for (const format of ['csv', 'ndjson']) {
      const { stdout } = await cli('changes', 'latest', '--format', format, '--outcome', 'refused');
      expect(stdout).toBe(await route(`changes.${format}?outcome=refused`));
    }
    const folder = mkdtempSync(join(tmpdir(), 'report-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'run.html');
    const report = await cli('report', 'run-of-last-night', '--out', file);
    expect(report.code, report.stderr).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(await route('report.html'));
    expect(readFileSync(file, 'utf8').match(/What was sent, and what Port answered/g)).toHaveLength(100);
  });

  it('are shown to people', async () => {
    const { cli } = await startService();
    const { stdout } = await cli('changes', 'latest');
    expect(stdout).toMatch(/^Resync run-of-last-night degraded/);
    expect(stdout).toContain('750 updates refused by Port, 750 updated');
    expect(stdout).toMatch(/and 730 more/);
  });

  it('name the runs that an unknown id resembles', async () => {
    const { cli } = await startService([]);
    const outcome = await cli('changes', 'run-of-last-nigth');
    expectReadableFailure(outcome);
    expect(outcome.stderr).toContain('It resembles run-of-last-night (resync, degraded');
  });

  it('say which credential is wanted', async () => {
    const { url } = await startService([]);
    const none = await runCli(['changes', 'latest', '--url', url], { env: { API_TOKEN: '' }, tells: ['API_TOKEN'] });
    expectReadableFailure(none);
    expect(none.stderr).toContain('wants a token: set API_TOKEN');
    const wrong = await runCli(['changes', 'latest', '--url', url, '--json'], {
      env: { API_TOKEN: 'canary-wrong-9876543210' },
    });
    expectReadableFailure(wrong);
    expect(documentOf(wrong).problems).toMatchObject([{ code: 'service_refused' }]);
    expect(wrong.stderr).toContain('refused API_TOKEN');
  });

  it.each([
    ['nothing listens', 'http://127.0.0.1:65003', /cannot be reached: .*ECONNREFUSED.*--url/],
    ['there is no such host', 'http://nowhere.invalid', /nowhere\.invalid cannot be reached/],
    ['it is no address', 'localhost', /--url must be an address/],
    ['it has a password', 'http://me:canary@127.0.0.1', /without user and password/],
  ])('say what is wrong with the address: %s', async (_name, url, sentence) => {
    const outcome = await runCli(['changes', 'latest', '--url', url]);
    expectReadableFailure(outcome);
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.stderr).not.toContain('canary');
  });

  it.each([
    ['a page', 200, 'text/html', '<html></html>'],
    ['another document', 200, 'application/json', '{"services": []}'],
    ['an error page', 502, 'text/html', '<html>bad gateway</html>'],
  ])('say that it is not the service, but %s', async (_name, status, type, body) => {
    const server = createServer((_request, response) => response.writeHead(status, { 'content-type': type }).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const outcome = await runCli(['changes', 'latest', '--url', `http://127.0.0.1:${port}`]);
    expectReadableFailure(outcome);
    expect(outcome.stderr).toMatch(/is not this program's service/);
  });
});
