import { describe, expect, it } from 'vitest';
import { startStandIns } from '../../src/cli/stand-ins.ts';
import { temporaryFile } from '../lint/support.ts';
import { documentOf, expectReadableFailure, runCli } from './run-cli.ts';

const BROKEN = `
entityDeletionThreshold: 0.5
createMissingRelatedEntities: false
resources:
  - kind: komodorService
    selector: { query: 'true' }
    port:
      entity:
        mappings:
          identifier: .kind + "-" + .cluster + "-" + .namespace + "-" + .service
          title: .service
          blueprint: '"komodorService"'
          properties:
            statu: .status
`;

const WORLD = {
  seed: 1,
  services: 40,
  risksPerService: 1,
  clusters: 3,
  latencyMs: 0,
  komodorPort: 0,
  portPort: 0,
  faults: [],
};

describe.concurrent('lint', () => {
  it('finds nothing in what is shipped, also on samples of the sandbox', async () => {
    const outcome = await runCli(['lint', '--samples', 'sandbox', '--json']);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(documentOf(outcome)).toMatchObject({
      status: 'completed',
      findings: [],
      samples: { from: 'sandbox', kinds: { komodorService: expect.any(Number) } },
    });
  });

  it('ends with 1 for errors, and says place, reason and advice', async () => {
    const file = temporaryFile('mine.yaml', BROKEN);
    const outcome = await runCli(['lint', '--mapping', file]);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(/^ +14 {2}error +property_undeclared {2}resources\[0\]\..*properties\.statu$/m);
    expect(outcome.stdout).toContain('did you mean status?');
    expect(outcome.stdout).toContain('Set entityDeletionThreshold: 0.3');
    expect(outcome.stdout).toMatch(/^1 error, 4 warnings {2}/m);
  });

  it('ends with 0 for warnings alone', async () => {
    const file = temporaryFile('mine.yaml', BROKEN.replace('statu: .status', 'status: .status'));
    const outcome = await runCli(['lint', '--mapping', file, '--format', 'json']);
    expect(outcome.code).toBe(0);
    const { findings } = documentOf(outcome);
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'guard_loose',
        severity: 'warning',
        file,
        line: 2,
        path: 'entityDeletionThreshold',
      }),
    );
    expect(findings).toContainEqual(expect.objectContaining({ code: 'setting_missing', file: null, line: null }));
  });

  it('speaks to GitHub, whatever is in a text', async () => {
    const file = temporaryFile('a,b.yaml', BROKEN.replace('statu: .status', '"stat%::warning x": .status'));
    const outcome = await runCli(['lint', '--mapping', file, '--format', 'github']);
    const lines = outcome.stdout.trim().split('\n');
    expect(lines.every((line) => /^::(?:error|warning) (?:file=[^,]+,line=\d+,)?title=\w+::/.test(line))).toBe(true);
    const [error] = lines.filter((line) => line.startsWith('::error'));
    expect(error).toContain(',line=14,title=property_undeclared::');
    expect(error).toContain('a%2Cb.yaml');
    expect(error).toContain('stat%25::warning x');
    expect(error).toContain('%0A');
  });

  it('tries items of a file, by kind or as Komodor answers', async () => {
    const row = { kind: 'Deployment', cluster: 'c', namespace: 'n', service: 's', status: 'odd' };
    for (const document of [{ komodorService: [row] }, { data: { services: [row] } }]) {
      const file = temporaryFile('items.json', JSON.stringify(document));
      const outcome = await runCli(['lint', '--samples', file, '--json']);
      expect(outcome.code, outcome.stderr).toBe(1);
      const { samples, findings } = documentOf(outcome);
      expect(samples).toEqual({ from: 'file', kinds: { komodorService: 1 } });
      const errors = findings.filter(({ severity }: { severity: string }) => severity === 'error');
      expect(errors).toEqual([
        expect.objectContaining({ code: 'value_refused', path: expect.stringMatching(/status$/) }),
      ]);
    }
  });

  it.each([
    ['[{}]', 'does not tell of which kind'],
    ['{"komodorServce": []}', 'did you mean komodorService?'],
    ['{"komodorService": [{', 'items.json is not JSON'],
    ['', 'items.json is empty'],
  ])('says what is wrong with the samples %j', async (text, reason) => {
    const outcome = await runCli(['lint', '--samples', temporaryFile('items.json', text)]);
    expectReadableFailure(outcome);
    expect(outcome.stderr).toContain(reason);
  });

  it('tries what is in use on items from Komodor: before the first resync, and with a mapping of its own', async () => {
    const standIns = await startStandIns({ ...WORLD, now: Math.floor(Date.now() / 1000) });
    const env = standIns.environment;
    const inUse = await runCli(['lint', '--samples', 'live', '--json'], { env });
    expect(inUse.code, inUse.stdout).toBe(0);
    expect(documentOf(inUse)).toMatchObject({ mapping: expect.stringContaining("Port's integration"), findings: [] });
    const file = temporaryFile('mine.yaml', BROKEN.replace("query: 'true'", "query: 'true', clusters: [nowhere]"));
    const own = await runCli(['lint', '--samples', 'live', '--mapping', file, '--json'], { env });
    expect(own.code).toBe(1);
    const found = documentOf(own).findings.map(
      ({ severity, code }: { severity: string; code: string }) => `${severity} ${code}`,
    );
    expect(found).toEqual(['warning guard_loose', 'error cluster_unknown', 'error property_undeclared']);
    // Nothing was written.
    expect(standIns.port.store.blueprints()).toEqual([]);
    const refused = await runCli(['lint', '--samples', 'live'], { env: { ...env, KOMODOR_API_KEY: 'wrong-key-4711' } });
    expectReadableFailure(refused);
    await standIns.close();
  });

  it('asks for the key that live samples need', async () => {
    const outcome = await runCli(['lint', '--samples', 'live']);
    expectReadableFailure(outcome);
    expect(outcome.stderr).toContain('KOMODOR_API_KEY');
  });

  it('refuses a format that it does not know', async () => {
    const outcome = await runCli(['lint', '--format', 'xml']);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain('text, json, github');
  });
});
