import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { SELF_SIGNED } from '../net/self-signed.ts';
import { it } from '../resync/harness.ts';
import { changeFirst, removeServices } from '../resync/world-steps.ts';
import { documentOf, expectReadableFailure, runCli } from './run-cli.ts';

describe.concurrent('resync and plan', () => {
  it('print one document and say with their exit code how it went', async ({ start }) => {
    const harness = await start();
    const first = await runCli(['resync', '--json'], { env: harness.env });
    expect(first.code, first.stderr).toBe(0);
    expect(documentOf(first)).toMatchObject({
      mode: 'resync',
      trigger: 'cli',
      status: 'completed',
      problems: expect.any(Array),
    });
    harness.expectTruth();

    removeServices(harness.world, 20);
    const blocked = await runCli(['resync', '--json'], { env: harness.env });
    expect(blocked.code, blocked.stderr).toBe(2);
    const report = documentOf(blocked);
    expect(report.status).toBe('blocked');
    const digests = report.blueprints.flatMap((one: { deletionBlocked: { digest: string } | null }) =>
      one.deletionBlocked ? ['--approve-deletions', one.deletionBlocked.digest] : [],
    );
    const approved = await runCli(['resync', ...digests], { env: harness.env });
    expect(approved.code, approved.stderr).toBe(0);
    expect(approved.stdout).toContain('completed');
    harness.expectTruth();
  });

  it('tell with --detailed-exitcode whether there is something to do, and write the whole plan to a file', async ({
    start,
  }) => {
    const harness = await start();
    const folder = mkdtempSync(join(tmpdir(), 'plan-'));
    const file = join(folder, 'plan.json');
    const args = ['plan', '--detailed-exitcode', '--out', file];
    const empty = await runCli(args, { env: harness.env });
    expect(empty.code, empty.stderr).toBe(2);
    expect(harness.portWrites()).toEqual([]);
    await harness.run();
    expect((await runCli(args, { env: harness.env })).code).toBe(0);
    changeWorld(harness.world, 1);
    const changed = await runCli(args, { env: harness.env });
    expect(changed.code, changed.stderr).toBe(2);
    const plan = JSON.parse(readFileSync(file, 'utf8'));
    expect(plan).toMatchObject({ mode: 'plan', status: 'completed' });
    expect(plan.changes.length).toBeGreaterThan(0);
    for (const { identifier } of plan.changes) expect(changed.stdout).toContain(identifier);
    rmSync(folder, { recursive: true });
  });

  it('write every change of a resync to a file, and print none of them', async ({ start }) => {
    const harness = await start();
    const folder = mkdtempSync(join(tmpdir(), 'resync-out-'));
    const file = join(folder, 'report.json');
    const first = await runCli(['resync', '--json', '--out', file], { env: harness.env });
    expect(first.code, first.stderr).toBe(0);
    expect(documentOf(first)).not.toHaveProperty('changes');
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const { changes, ...rest } = report;
    expect(rest).toEqual(documentOf(first));
    const written = ['komodorService', 'komodorHealthMonitoring'].flatMap((name) => harness.store.entitiesOf(name));
    expect(changes).toHaveLength(written.length);
    expect(new Set(changes.map(({ outcome }: { outcome: string }) => outcome))).toEqual(new Set(['done']));
    changeFirst(harness.world, { status: 'unhealthy' });
    const second = await runCli(['resync', '--out', file], { env: { ...harness.env, RUN_HISTORY: 'names' } });
    expect(second.stdout).toContain(file);
    expect(JSON.parse(readFileSync(file, 'utf8')).changes).toMatchObject([
      { action: 'update', fields: ['properties.status'] },
    ]);
    const shown = await runCli(['changes', file], { env: harness.env });
    expect(shown.stdout).toContain('status');
    rmSync(folder, { recursive: true });
  });

  it('exit with 2 when something was left out, and name it', async ({ start }) => {
    const harness = await start();
    harness.port.faults.add('bulk call 1 -> refuse-item 3 422');
    const outcome = await runCli(['resync'], { env: harness.env });
    expect(outcome.code, outcome.stderr).toBe(2);
    expect(outcome.stdout).toContain('upsert_failed');
    expect(outcome.stdout).toContain('degraded');
  });

  it('stop at SIGINT with 130, and report what was done', async ({ start }) => {
    const harness = await start({ komodor: { latencyMs: 400 }, env: {} });
    const outcome = await runCli(['resync', '--json'], {
      env: { ...harness.env, KOMODOR_SERVICES_PAGE_SIZE: '1' },
      async meanwhile(child) {
        while (harness.komodor.log.length === 0 && child.exitCode === null) await sleep(20);
        child.kill('SIGINT');
      },
    });
    expect(outcome.code, outcome.stderr).toBe(130);
    expect(documentOf(outcome)).toMatchObject({ status: 'aborted' });
  });

  it.for([
    ['a wrong Port secret', { PORT_CLIENT_SECRET: 'canary-wrong-secret' }, 'port_auth', /PORT_CLIENT_ID/],
    ['a wrong Komodor key', { KOMODOR_API_KEY: 'canary-wrong-key' }, 'komodor_auth', /KOMODOR_API_KEY/],
    ['a Port that is not there', { PORT_BASE_URL: 'http://127.0.0.1:1' }, 'port_unreachable', /127\.0\.0\.1:1/],
    [
      'a Komodor that is not there',
      { KOMODOR_BASE_URL: 'http://127.0.0.1:1' },
      'komodor_unreachable',
      /127\.0\.0\.1:1/,
    ],
    [
      'a host without an address',
      { KOMODOR_BASE_URL: 'https://nowhere.invalid' },
      'komodor_unreachable',
      /nowhere\.invalid/,
    ],
  ] as const)('fail at once, in a sentence, for %s', async ([, env, code, sentence], { start }) => {
    const harness = await start({ services: 5 });
    const outcome = await runCli(['resync', '--json'], { env: { ...harness.env, ...env } });
    expectReadableFailure(outcome);
    expect(outcome.stderr).toMatch(sentence);
    expect(documentOf(outcome)).toMatchObject({
      status: 'failed',
      problems: expect.arrayContaining([expect.objectContaining({ code })]),
    });
    expect(harness.store.entitiesOf('komodorService')).toEqual([]);
  });

  it.for(['KOMODOR_BASE_URL', 'PORT_BASE_URL'])(
    'fail at once, in a sentence, for a certificate that nobody signed: %s',
    async (name, { start }) => {
      const harness = await start({ services: 5 });
      const server = createServer(SELF_SIGNED, (_request, response) => response.end('{}'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const outcome = await runCli(['resync'], { env: { ...harness.env, [name]: `https://127.0.0.1:${port}` } });
      server.close();
      expectReadableFailure(outcome);
      expect(outcome.stderr).toMatch(/certificate/);
    },
  );
});

describe.concurrent('start', () => {
  it.for(['foo.invalid', '192.0.2.1'])(
    'ends with 1 where it cannot listen: HTTP_HOST %s',
    async (HTTP_HOST, { start }) => {
      const { env } = await start();
      const outcome = await runCli(['start'], { env: { ...env, REDIS_URL: '', HTTP_HOST } });
      expectReadableFailure(outcome);
      expect(outcome.stderr).toContain(`Cannot listen on HTTP_HOST ${HTTP_HOST}`);
    },
  );
});
