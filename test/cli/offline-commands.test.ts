import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentOf, expectReadableFailure, runCli } from './run-cli.ts';

const SHIPPED = readFileSync(new URL('../../mappings/komodor.yaml', import.meta.url), 'utf8');

describe.concurrent('the command line', () => {
  it('explains itself and each of its commands', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)]
      .map(([, name]) => name ?? '')
      .filter((name) => name !== 'help');
    expect(commands).toEqual(expect.arrayContaining(['resync', 'plan', 'validate', 'demo', 'sandbox']));
    const helps = await Promise.all(commands.map((command) => runCli([command, '--help'])));
    for (const [at, help] of helps.entries()) {
      expect(help.code, help.stderr).toBe(0);
      expect(help.stdout).toContain(`komodor-port ${commands[at]}`);
    }
  });

  it('names every setting that is wrong, at once, and no value', async () => {
    const env = {
      PORT_CLIENT_SECRET: 'canary secret with spaces',
      RESYNC_INTERVAL: 'canary-soon',
      PORT_BASE_URL: 'canary-no-url',
    };
    const outcome = await runCli(['resync'], { env });
    expectReadableFailure(outcome);
    for (const name of ['KOMODOR_API_KEY', 'PORT_CLIENT_ID', 'RESYNC_INTERVAL', 'PORT_BASE_URL'])
      expect(outcome.stderr).toContain(name);
    expect(outcome.stderr).not.toContain('canary');
    expect(outcome.stdout).toBe('');
  });

  it('answers with JSON also when it cannot begin', async () => {
    const outcome = await runCli(['plan', '--json']);
    expectReadableFailure(outcome);
    expect(documentOf(outcome)).toMatchObject({ status: 'failed' });
  });

  it('knows which kinds there are', async () => {
    const outcome = await runCli(['resync', '--kind', 'service']);
    expectReadableFailure(outcome);
    expect(outcome.stderr).toContain('komodorHealthMonitoring');
  });
});

describe.concurrent('validate', () => {
  async function validate(text: string) {
    const folder = mkdtempSync(join(tmpdir(), 'validate-'));
    const file = join(folder, 'mine.yaml');
    writeFileSync(file, text);
    const outcome = await runCli(['validate', '--json'], { env: { MAPPING_PATH: file } });
    rmSync(folder, { recursive: true });
    return outcome;
  }

  it('finds nothing wrong with what is shipped', async () => {
    const outcome = await runCli(['validate', '--json']);
    expect(outcome.code, outcome.stdout).toBe(0);
    expect(documentOf(outcome)).toMatchObject({ status: 'completed', entries: 2 });
  });

  it('names the place of what does not compile, is not declared, or is no selector', async () => {
    const text = SHIPPED.replace('status: .status', 'status: .status |')
      .replace('severity: .severity', 'seriousness: .severity')
      .replace('query: "true"', 'query: "true"\n      clusters: [5]');
    const outcome = await validate(text);
    expect(outcome.code).toBe(1);
    const messages = documentOf(outcome)
      .findings.map(({ message }: { message: string }) => message)
      .join('\n');
    expect(messages).toContain('resources[0].port.entity.mappings.properties.status');
    expect(messages).toContain('resources[0].selector');
    expect(messages).toContain('seriousness');
  });

  it('compiles kind by kind, as a run does: what fits alone fits together', async () => {
    const many = Array.from({ length: 70 }, (_, at) => `            label_${at}: .labels.a | "${'x'.repeat(1_000)}"`);
    const properties = ['          properties:', ...many].join('\n');
    const outcome = await validate(SHIPPED.replaceAll('          properties:', properties));
    const messages = documentOf(outcome).findings.map(({ message }: { message: string }) => message);
    expect(messages.filter((message: string) => message.includes('too long'))).toEqual([]);
    expect(messages.filter((message: string) => message.includes('does not have it'))).toHaveLength(140);
  });

  it('says what a run would warn of at its start', async () => {
    const env = { EVENT_LISTENER: 'KAFKA', RESYNC_INTERVALL: '5m', OCEAN__RUNTIME: 'Saas' };
    const outcome = await runCli(['validate', '--json'], { env });
    expect(outcome.code).toBe(0);
    const { findings } = documentOf(outcome);
    for (const name of ['KAFKA', 'did you mean RESYNC_INTERVAL?', 'OCEAN__RUNTIME has no effect here'])
      expect(findings).toContainEqual({ severity: 'warning', message: expect.stringContaining(name) });
  });

  it('says where a file stops being YAML', async () => {
    const outcome = await validate(`${SHIPPED}\n  - kind: [`);
    expect(outcome.code).toBe(1);
    expect(`${outcome.stdout}${outcome.stderr}`).toContain('mine.yaml');
    expect(outcome.stderr).not.toContain('This is a bug');
  });
});
