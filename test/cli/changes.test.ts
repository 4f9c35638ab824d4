import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { it } from '../resync/harness.ts';
import { removeServices } from '../resync/world-steps.ts';
import { documentOf, expectReadableFailure, runCli } from './run-cli.ts';

const AT = '2026-01-02T03:04:05.678Z';

/** A file in a folder of the test's own. */
function fileWith(content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'changes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'report.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function reportWith(changes: readonly unknown[] | undefined, rest: object = {}) {
  return {
    runId: 'run-1',
    mode: 'plan',
    trigger: 'cli',
    status: 'completed',
    startedAt: AT,
    finishedAt: AT,
    blueprints: [],
    ...(changes ? { changes } : {}),
    ...rest,
  };
}

const update = (identifier: string, more: object = {}) => ({
  action: 'update',
  blueprint: 'komodorService',
  identifier,
  title: 'api',
  properties: { status: { from: 'healthy', to: 'unhealthy' } },
  ...more,
});

describe('changes', () => {
  it('shows what a plan would do, in words and as documents', async ({ start }) => {
    const harness = await start();
    await harness.run();
    changeWorld(harness.world, 1);
    removeServices(harness.world, 20);
    const file = fileWith(await harness.run('plan'));
    const whole = documentOf(await runCli(['changes', file, '--json']));
    expect(whole).toMatchObject({ run: { mode: 'plan', rows: whole.rows.length, lost: 0 }, cursor: null, note: null });
    const held = whole.rows.filter(({ outcome }: { outcome: string }) => outcome === 'held_back');
    expect(held.length).toBeGreaterThan(10);
    expect(whole.run.counts.delete.held_back).toBe(held.length);

    const text = await runCli(['changes', file]);
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toMatch(/deletions? held back: \d+ gone/);
    expect(text.stdout).toMatch(/\w+: .+ -> .+/);

    const lines = (await runCli(['changes', file, '--format', 'ndjson'])).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).identifier)).toEqual(
      whole.rows.map(({ identifier }: { identifier: string }) => identifier),
    );
    const filter = ['--action', 'delete', '--outcome', 'held_back', '--blueprint', 'komodorService'];
    const some = documentOf(await runCli(['changes', file, '--json', ...filter]));
    expect(some.rows).toEqual(held.filter(({ blueprint }: { blueprint: string }) => blueprint === 'komodorService'));
  });

  it("shows a resync's rows with Port's words and their source", async () => {
    const file = fileWith(
      reportWith(
        [
          update('b', {
            outcome: 'refused',
            at: AT,
            error: { code: 'invalid', message: 'no such \u001b[31mstatus' },
            source: { kind: 'komodorService', item: 'Deployment/prod/api', entries: ['resources[0]'] },
          }),
          { ...update('c'), properties: { status: { to: 'x' } }, fields: ['relations.owner'], outcome: 'done' },
        ],
        { mode: 'resync' },
      ),
    );
    const { stdout } = await runCli(['changes', file]);
    expect(stdout).toContain('1 update refused by Port');
    expect(stdout).toContain('Port: no such \\u001b[31mstatus (invalid)');
    expect(stdout).toContain('from komodorService Deployment/prod/api, resources[0]');
    expect(stdout).toContain('status: (not known) -> "x"');
    expect(stdout).toContain('owner (relation): changed (its values are not kept)');
  });

  it('cuts a long list and says how to see the rest', async () => {
    const file = fileWith(reportWith(Array.from({ length: 120 }, (_, at) => update(`entity-${at}`))));
    const { stdout } = await runCli(['changes', file]);
    expect(stdout.match(/entity-/g)).toHaveLength(20);
    expect(stdout).toMatch(/and 100 more \(--format csv/);
    const found = await runCli(['changes', file, '--q', 'ENTITY-119']);
    expect(found.stdout).toContain('1 to update');
  });

  it.each([
    ['a run that changed nothing', reportWith([]), [], /This run changed nothing\./],
    [
      'a report without its changes',
      reportWith(undefined, { blueprints: [{ blueprint: 'x', status: 'completed', created: 2 }] }),
      [],
      /has counts, but not the changes/,
    ],
    [
      'a blueprint that is misspelt',
      reportWith([update('a')]),
      ['--blueprint', 'komodorservices'],
      /None of the 1 rows .+did you mean komodorService\?/,
    ],
    ['a change that cannot be read', reportWith([update('a'), { action: 'x' }]), [], /1 changes in the file cannot/],
  ])('says so about %s', async (_name, report, args, sentence) => {
    const { code, stdout } = await runCli(['changes', fileWith(report), ...args], { env: { COLUMNS: '400' } });
    expect(code).toBe(0);
    expect(stdout).toMatch(sentence);
  });

  it.each([
    ['half a file', '{"runId": "r",\n "mode": ', /is no JSON: .*line 2/],
    ['something else', '{"services": []}', /is no run report: it has no usable runId/],
    ['a list', '[1]', /is no run report/],
    ['bytes that are no text', '\u0000\u0000', /cannot be read|is no JSON/],
  ])('refuses %s in a sentence', async (_name, content, sentence) => {
    const outcome = await runCli(['changes', fileWith(content)]);
    expectReadableFailure(outcome);
    expect(outcome.stderr).toMatch(sentence);
  });

  it('refuses a file that is not there', async () => {
    const outcome = await runCli(['changes', './nowhere.json']);
    expectReadableFailure(outcome);
    expect(outcome.stderr).toMatch(/nowhere\.json cannot be read/);
  });

  it('ends quietly when nobody reads any more', async () => {
    const file = fileWith(reportWith(Array.from({ length: 30_000 }, (_, at) => update(`entity-${at}`))));
    const outcome = await runCli(['changes', file, '--format', 'csv'], {
      async meanwhile(child) {
        child.stdout?.once('data', () => child.stdout?.destroy());
      },
    });
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stderr).toBe('');
  });
});
