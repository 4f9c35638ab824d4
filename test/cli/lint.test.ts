import { describe, expect, it } from 'vitest';
import { temporaryFile } from '../lint/support.ts';
import { documentOf, runCli } from './run-cli.ts';

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

  it('refuses a format that it does not know', async () => {
    const outcome = await runCli(['lint', '--format', 'xml']);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain('text, json, github');
  });
});
