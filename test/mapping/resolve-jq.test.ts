import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { CHECK_ANSWER, CHECK_PROGRAM } from '../../src/mapping/jq-checks.ts';
import { createJqRunner } from '../../src/mapping/jq-runner.ts';
import { resolveJq, WASM_SCRIPT, WASM_VERSION } from '../../src/mapping/resolve-jq.ts';

const folder = mkdtempSync(join(tmpdir(), 'resolve-jq-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command called jq that does what this shell script says. */
function fakeJq(script: string): string {
  const path = join(mkdtempSync(join(folder, 'bin-')), 'jq');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Answers the probe with this text, and calls itself by that version. */
const answering = (answer: string, version: string) =>
  fakeJq(`if [ "$1" = --version ]; then echo ${version}; else cat << 'END'\n${answer}\nEND\nfi`);

/** Answers every probe as jq 1.7 does: with an error. */
const oldJq = () => fakeJq('echo "jq: error: trimstr/1 is not defined at <top-level>, line 1:" >&2\nexit 3');

describe('resolveJq', () => {
  it('refuses a JQ_PATH that cannot be used, and says what to do', async () => {
    await expect(resolveJq({ jqPath: oldJq() })).rejects.toMatchObject({
      code: 'jq_unusable',
      message: expect.stringMatching(
        /^JQ_PATH names .*\/jq, which cannot be used: it does not understand .* \(trimstr\/1 is not defined\)\. Point it to jq 1\.8/,
      ),
    });
    await expect(resolveJq({ jqPath: '/no/such/jq' })).rejects.toThrow('there is no such file');
    await expect(resolveJq({ jqPath: folder })).rejects.toThrow('may not be executed');
  });

  it('looks at what a jq does, not at what it says of itself', async () => {
    const wellBehaved = answering(CHECK_ANSWER, 'jq-1.6-159-g1a2b3c');
    expect(await resolveJq({ jqPath: wellBehaved })).toMatchObject({
      path: wellBehaved,
      version: 'jq-1.6-159-g1a2b3c',
    });
    const answers: unknown[] = JSON.parse(CHECK_ANSWER);
    for (const index of answers.keys()) {
      const answer = JSON.stringify(answers.with(index, 'something else'));
      await expect(resolveJq({ jqPath: answering(answer, 'jq-1.8.9') })).rejects.toThrow('answers differently');
    }
  });

  it('passes by an old jq on PATH; what it finds works, also as JQ_PATH', async () => {
    const path = oldJq();
    const found = await resolveJq({ searchPath: `${dirname(path)}:relative:/no/such/folder` });
    expect(found.path).not.toBe(path);
    expect(['node-jq', 'jq-wasm']).toContain(found.from);
    expect(found.version).toMatch(/^jq-/);
    expect(await resolveJq({ searchPath: '' })).toMatchObject({ path: found.path });
    if (found.flavour === 'native') {
      expect(await resolveJq({ jqPath: found.path })).toMatchObject({ path: found.path, from: 'JQ_PATH' });
    }
  });
});

describe('the WebAssembly jq', () => {
  const never = { deadlineMs: 60_000 };
  const wasm = () => createJqRunner({ path: WASM_SCRIPT, version: WASM_VERSION, flavour: 'wasm', from: 'jq-wasm' });

  it('is the version that it says', () => {
    expect(packageJson.dependencies['jq-wasm']).toBe(`3.0.0-${WASM_VERSION}`);
  });

  it('answers the probe that a native one has to pass', async () => {
    const jq = await wasm();
    expect(await jq.run(CHECK_PROGRAM, 'null', never)).toEqual({ ok: true, stdout: `${CHECK_ANSWER}\n` });
  });

  it('does the same as a native one, however often', async () => {
    const jq = await wasm();
    for (let round = 0; round < 6; round += 1) {
      const runs = Array.from({ length: 400 }, (_, n) => jq.run('.a', `{"a":${n}}\n{"a":"é"}`, never));
      expect(await Promise.all(runs)).toEqual(runs.map((_, n) => ({ ok: true, stdout: `${n}\n"é"\n` })));
    }
  });

  it('says what went wrong, and goes on', async () => {
    const jq = await wasm();
    const [bad, long, flood, full] = await Promise.all([
      jq.run('.a.b', '{"a":1}', never),
      jq.run('def f: f; f', '1', { deadlineMs: 300 }),
      jq.run('repeat("0123456789" * 1000)', '1', never),
      jq.run('"x" * 1000000000', '1', never),
    ]);
    expect(bad).toMatchObject({ ok: false, resource: false, message: expect.stringContaining('Cannot index number') });
    expect(long).toMatchObject({ ok: false, resource: true, message: 'took longer than 0.3 s' });
    expect(flood).toMatchObject({ ok: false, resource: true, message: 'gave more than 64 MB' });
    expect(full).toMatchObject({ ok: false, resource: true, message: 'used too much memory' });
    expect(await jq.run('.', '1', never)).toEqual({ ok: true, stdout: '1\n' });
  });

  it('stops when asked to', async () => {
    const jq = await wasm();
    const abort = new AbortController();
    const endless = jq.run('def f: f; f', '1', { ...never, signal: abort.signal });
    setTimeout(() => abort.abort(new Error('enough')), 200);
    await expect(endless).rejects.toThrow('enough');
  });

  it('sees nothing of the environment', async () => {
    const jq = await wasm();
    expect(await jq.run('$ENV', 'null', never)).toEqual({
      ok: true,
      stdout: expect.not.stringContaining(process.env.PATH ?? '?'),
    });
  });
});
