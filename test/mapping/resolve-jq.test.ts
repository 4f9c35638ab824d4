import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createJqRunner } from '../../src/mapping/jq-runner.ts';
import { resolveJq } from '../../src/mapping/resolve-jq.ts';

const folder = mkdtempSync(join(tmpdir(), 'resolve-jq-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command that answers every probe as jq 1.6 does: with an error. */
function oldJq(): string {
  const path = join(folder, 'jq');
  writeFileSync(path, '#!/bin/sh\necho "jq: error: pick/1 is not defined" >&2\nexit 3\n');
  chmodSync(path, 0o755);
  return path;
}

describe('resolveJq', () => {
  it('refuses a JQ_PATH that cannot be used, and says what to do', async () => {
    await expect(resolveJq({ jqPath: oldJq() })).rejects.toMatchObject({
      code: 'jq_unusable',
      message: expect.stringMatching(
        /^JQ_PATH names .*\/jq, which cannot be used: it does not understand .*Point it to jq 1\.7/,
      ),
    });
    await expect(resolveJq({ jqPath: '/no/such/jq' })).rejects.toThrow('there is no such file');
    await expect(resolveJq({ jqPath: folder })).rejects.toThrow('may not be executed');
  });

  it('passes by an old jq on PATH; what it finds works, also as JQ_PATH', async () => {
    const path = oldJq();
    const found = await resolveJq({ searchPath: `${dirname(path)}:relative:/no/such/folder` });
    expect(found.path).not.toBe(path);
    expect(['node-jq', 'jq-wasm']).toContain(found.from);
    expect(found.version).toMatch(/^jq-/);
    expect(await resolveJq({ jqPath: found.path })).toMatchObject({ path: found.path, from: 'JQ_PATH' });
    expect(await resolveJq({ searchPath: '' })).toMatchObject({ path: found.path });
    if (found.flavour === 'wasm') {
      expect(statSync(dirname(found.path)).mode & 0o777).toBe(0o700);
      const answer = execFileSync(found.path, ['-c', '[range(1000000)]'], { input: '1', env: {}, maxBuffer: 2 ** 26 });
      expect(answer.length).toBe(6_888_892);
      rmSync(dirname(found.path), { recursive: true });
    }
  });

  it('works on when somebody tidied the temporary files away', async () => {
    const binary = await resolveJq({ searchPath: '' });
    const jq = await createJqRunner(binary);
    if (binary.flavour === 'wasm') rmSync(dirname(binary.path), { recursive: true });
    expect(await jq.run('.a', '{"a":1}', { deadlineMs: 10_000 })).toMatchObject({
      ok: true,
      stdout: expect.stringMatching(/^1\s*$/),
    });
  });
});
