import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { KindProgress } from '../../src/core/ports.ts';
import type { SetupChange } from '../../src/core/report.ts';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { type Harness, IDENTIFIER, it } from '../resync/harness.ts';
import { removeServices } from '../resync/world-steps.ts';
import { documentOf, expectReadableFailure, runCli } from './run-cli.ts';

describe.concurrent('a plan that could not be made', () => {
  it.for([
    ['a wrong Port secret', { PORT_CLIENT_SECRET: 'canary-wrong-secret' }],
    ['a wrong Komodor key', { KOMODOR_API_KEY: 'canary-wrong-key' }],
    ['a Port that is not there', { PORT_BASE_URL: 'http://127.0.0.1:1' }],
    ['a Komodor that is not there', { KOMODOR_BASE_URL: 'http://127.0.0.1:1' }],
    ['a dead proxy', { PORT_BASE_URL: 'https://api.example', HTTPS_PROXY: 'http://127.0.0.1:1' }],
    ['a host without an address', { KOMODOR_BASE_URL: 'https://nowhere.invalid' }],
  ] as const)('says so first, and why: %s', async ([, env], { start }) => {
    const harness = await start({ services: 3 });
    const { code, stdout } = await runCli(['plan'], { env: { ...harness.env, ...env } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^No plan could be made: \S/);
    expect(stdout).not.toContain('Nothing');
  });

  it('says which kind is missing when the other one was read', async ({ start }) => {
    const harness = await start({ services: 3 });
    harness.komodor.faults.add('risks -> 400');
    const { code, stdout } = await runCli(['plan'], { env: harness.env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^The plan is not whole, for komodorHealthMonitoring failed: /);
    expect(stdout).toContain('3 to create');
  });
});

describe.concurrent('what a plan would set up first', () => {
  /** What the plan says, how it ends with --detailed-exitcode, and what Port was sent. */
  async function planned(harness: Harness, env: { readonly [name: string]: string } = {}) {
    const all = { ...harness.env, ...env };
    const { code, stdout, stderr } = await runCli(['plan', '--json', '--detailed-exitcode'], { env: all });
    const setup: readonly SetupChange[] = documentOf({ code, stdout, stderr }).setup;
    const text = await runCli(['plan'], { env: all });
    return { code, setup, text: text.stdout };
  }

  it('is everything, on an empty Port', async ({ start }) => {
    const harness = await start({ services: 2 });
    const { code, setup, text } = await planned(harness);
    expect(code).toBe(2);
    expect(setup.map(({ what, identifier }) => `${what} ${identifier}`)).toEqual([
      `integration ${IDENTIFIER}`,
      `mapping ${IDENTIFIER}`,
      'blueprint komodorService',
      'blueprint komodorHealthMonitoring',
    ]);
    for (const { diff } of setup) expect(diff.split('\n').filter((line) => !/^(\+|@@|\\)/.test(line))).toEqual([]);
    expect(text).toMatch(/^Plan: 4 to set up first, \d+ to create/);
    expect(harness.portWrites()).toEqual([]);
  });

  it('is nothing after a resync', async ({ start }) => {
    const harness = await start({ services: 2 });
    await harness.run();
    expect(await planned(harness)).toMatchObject({ code: 0, setup: [] });
  });

  it.for([
    {
      name: 'a property that our blueprint has and Port has not',
      spoil({ store }: Harness) {
        const blueprint = store.blueprint('komodorService');
        if (blueprint) Reflect.deleteProperty(blueprint.schema.properties, 'namespace_name');
      },
      env: {},
      what: 'blueprint komodorService',
      diff: /^\+ {4}namespace_name:/m,
    },
    {
      name: 'a mapping in Port that the files are to replace',
      spoil({ store }: Harness) {
        const config = { deleteDependentEntities: true, resources: [] };
        store.integrations.change(IDENTIFIER, { config });
      },
      env: { MAPPING_SOURCE: 'file' },
      what: `mapping ${IDENTIFIER}`,
      diff: /^-deleteDependentEntities: true$/m,
    },
  ])('is $name, and that counts as a change', async ({ spoil, env, what, diff }, { start }) => {
    const harness = await start({ services: 2 });
    await harness.run();
    spoil(harness);
    const { code, setup, text } = await planned(harness, env);
    expect(setup.map((one) => `${one.what} ${one.identifier}`)).toEqual([what]);
    expect(setup[0]?.diff).toMatch(diff);
    expect(text).not.toContain('Nothing to change');
    expect(code).toBe(2);
  });
});

describe.concurrent('the text of a plan', () => {
  it('has a headline, each reason once, and no line that is wider than the terminal', async ({ start }) => {
    const harness = await start({ services: 60 });
    await harness.run();
    changeWorld(harness.world, 1);
    removeServices(harness.world, 30);
    const { stdout } = await runCli(['plan', '--values'], { env: { ...harness.env, COLUMNS: '60' } });
    expect(stdout).toMatch(/^Plan: .*held back/);
    expect(stdout.split('\n').filter((line) => line.length > 60)).toEqual([]);
    for (const section of stdout.split('\n\n')) {
      const reasons = section.match(/(held back|to delete): .*/g) ?? [];
      expect(reasons).toEqual([...new Set(reasons)]);
    }
    expect(stdout).toMatch(/deletion_blocked[\s\S]*--approve-deletions/);
    expect(stdout).not.toMatch(/\b0 (rejected|failed|duplicates|filtered|updated)/);
  });

  it('says once that there is nothing to do', async ({ start }) => {
    const harness = await start({ services: 3 });
    await harness.run();
    const { stdout, code } = await runCli(['plan', '--detailed-exitcode'], { env: harness.env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Nothing to change: Port is as Komodor says\.\n/);
  });

  it('makes what a terminal would obey visible instead', async ({ start }) => {
    const harness = await start({ services: 2 });
    const hostile = '\u001b]0;owned\u0007\u009b31m\u202efdp\nforged';
    for (const service of harness.world.services) Object.assign(service, { service: hostile });
    for (const args of [
      ['plan', '--values'],
      ['plan', '--json'],
    ]) {
      const { stdout, stderr } = await runCli(args, { env: harness.env });
      expect(stdout).toContain('owned');
      for (const text of [stdout, stderr]) expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
      expect(stdout).not.toMatch(/^forged/m);
    }
  });
});

describe.concurrent('an answer that nobody takes', () => {
  it('lets a run that has begun go on to its end, without a word', async ({ start }) => {
    const harness = await start();
    const { code, stderr } = await runCli(['resync', '--json'], {
      env: harness.env,
      meanwhile: async (child) => void child.stdout?.destroy(),
    });
    expect(code, stderr).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|bug/);
    harness.expectTruth();
  });

  it.runIf(existsSync('/dev/full'))('is said in a sentence when the disk is full', async ({ start }) => {
    const harness = await start({ services: 3 });
    const full = openSync('/dev/full', 'w');
    const { code, stderr } = await runCli(['plan'], { env: harness.env, stdout: full });
    closeSync(full);
    expect(code).toBe(1);
    expect(stderr).toMatch(/could not be written to stdout: ENOSPC/);
    expect(stderr).not.toContain('bug');
  });
});

describe.concurrent('plan --out', () => {
  it('is tried before anything is read', async ({ start }) => {
    const harness = await start({ services: 3 });
    const outcome = await runCli(['plan', '--out', '/no/dir/x'], { env: harness.env });
    expectReadableFailure(outcome);
    expect(outcome.stderr).toContain('/no/dir/x');
    expect([...harness.komodor.log, ...harness.port.log]).toEqual([]);
  });

  it('keeps what the file held until there is a plan, and then replaces all of it', async ({ start }) => {
    const harness = await start({ services: 3 });
    const folder = mkdtempSync(join(tmpdir(), 'out-'));
    const file = join(folder, 'plan.json');
    const older = 'x'.repeat(1_000_000);
    writeFileSync(file, older);
    const args = ['plan', '--out', file];
    await runCli(args, { env: { ...harness.env, PORT_BASE_URL: 'no address' } });
    expect(readFileSync(file, 'utf8')).toBe(older);
    await runCli(args, { env: harness.env });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ mode: 'plan' });
    rmSync(folder, { recursive: true });
  });
});

describe.concurrent('an approval', () => {
  it.for(['xyz', '', '3F9C1A7BE2D40516', '3f9c1a7be2d4051', '3f9c1a7be2d405160'])(
    'that is no digest is refused before anything is read: "%s"',
    async (digest, { start }) => {
      const harness = await start({ services: 3 });
      const outcome = await runCli(['resync', '--approve-deletions', digest], { env: harness.env });
      expectReadableFailure(outcome);
      expect(outcome.stderr).toContain('16 hexadecimal digits');
      expect([...harness.komodor.log, ...harness.port.log]).toEqual([]);
    },
  );

  it('that fits nothing ends with 2', async ({ start }) => {
    const harness = await start({ services: 3 });
    const outcome = await runCli(['resync', '--json', '--approve-deletions', '3f9c1a7be2d40516'], { env: harness.env });
    expect(outcome.code, outcome.stderr).toBe(2);
    expect(documentOf(outcome).problems).toContainEqual(expect.objectContaining({ code: 'approval_unmatched' }));
  });
});

describe.concurrent("Port's data source page", () => {
  const stateOf = ({ store }: Harness) => store.integrations.get(IDENTIFIER)?.resyncState;

  it('shows a resync of the command line like any other, and keeps what it says of the schedule', async ({ start }) => {
    const harness = await start({ services: 3 });
    await harness.run();
    const schedule = { nextResync: '2030-01-01T00:00:00.000Z', intervalInMinuets: 60 };
    harness.store.integrations.change(IDENTIFIER, { resyncState: { status: 'failed', ...schedule } });
    await runCli(['resync'], { env: harness.env });
    expect(stateOf(harness)).toMatchObject({ status: 'completed', ...schedule, lastResyncEnd: expect.any(String) });
  });

  it.for(['resync --quiet', 'plan'])('does not show %s', async (line, { start }) => {
    const harness = await start({ services: 3 });
    await harness.run();
    const before = stateOf(harness);
    await runCli(line.split(' '), { env: harness.env });
    expect(stateOf(harness)).toEqual(before);
  });
});

describe.concurrent('progress', () => {
  it('counts what is written of each kind for itself, and ends when all of it is written', async ({ start }) => {
    const harness = await start({ services: 60 });
    const ends: KindProgress[] = [];
    const observer = { kindFinished: (progress: KindProgress) => void ends.push(progress) };
    const first = await harness.run('resync', { observer });
    const second = await harness.run('resync', { observer });
    const counts = [first, second].flatMap(({ blueprints }) =>
      ['komodorService', 'komodorHealthMonitoring'].map((name) =>
        blueprints.find(({ blueprint }) => blueprint === name),
      ),
    );
    expect(ends.map(({ written, unchanged }) => [written, unchanged])).toEqual(
      counts.map((one) => [one?.created, one?.unchanged]),
    );
  });
});
