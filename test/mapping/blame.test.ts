import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { JqRunner } from '../../src/mapping/jq-runner.ts';
import { limitRun } from '../../src/mapping/processor-clock.ts';
import { compile, entityOf, entry, items, jq } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'blame-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder as Linux has one for each process: processor time in hundredths of a second, memory in kB. */
function proc(name: string) {
  const path = join(folder, name);
  mkdirSync(path);
  const uses = (user: number, system: number, kB: number) => {
    const fields = ['S', ...Array.from({ length: 10 }, () => '0'), user, system, '0 0 20 0'];
    writeFileSync(join(path, 'stat'), `42 (jq (1) x) ${fields.join(' ')}\n`);
    writeFileSync(join(path, 'status'), `Name:\tjq\nVmRSS:\t  ${kB} kB\n`);
  };
  uses(700, 300, 100);
  return { path, uses };
}

describe('a run of jq is held', () => {
  it('to processor time, not to the time on the wall', async () => {
    const said: string[] = [];
    const { path, uses } = proc('slow');
    const end = limitRun({ proc: path, deadlineMs: 100, onLimitExceeded: (message) => said.push(message) });
    uses(704, 304, 100);
    await wait(400);
    expect(said).toEqual([]);
    uses(707, 304, 100);
    while (said.length === 0) await wait(10);
    await wait(200);
    expect(said).toEqual(['took longer than 0.1 s']);
    end();
  });

  it('to its memory, where it has a limit', async () => {
    const said: string[] = [];
    const { path, uses } = proc('large');
    const limit = { bytes: 1_024_000, message: 'used too much memory' };
    const watch = { proc: path, deadlineMs: 60_000, onLimitExceeded: (message: string) => said.push(message) };
    const ends = [limitRun(watch), limitRun({ ...watch, memory: limit })];
    uses(700, 300, 1_000);
    await wait(200);
    expect(said).toEqual([]);
    uses(700, 300, 1_001);
    while (said.length === 0) await wait(10);
    expect(said).toEqual(['used too much memory']);
    for (const end of ends) end();
  });

  it('to the time on the wall where processor time cannot be read, and in the end everywhere', async () => {
    for (const path of [undefined, join(folder, 'missing'), proc('stopped').path]) {
      const message = await new Promise((resolve) => {
        limitRun({ proc: path, deadlineMs: 20, onLimitExceeded: resolve });
      });
      expect(message).toBe('took longer than 0.02 s');
    }
  });

  it('not at all once its watch has ended', async () => {
    const said: string[] = [];
    limitRun({ proc: undefined, deadlineMs: 20, onLimitExceeded: (message) => said.push(message) })();
    await wait(100);
    expect(said).toEqual([]);
  });
});

describe('an expression that does no harm', () => {
  const EXPRESSIONS = { batchTimeoutMs: 2_000 };
  const blown = { ok: false, stdout: '', resource: true, message: 'took longer than 2 s' } as const;
  const four = Array.from({ length: 4 }, (_, index) => ({ id: `n${index}`, secret: index }));

  /** A jq on a machine where a run takes this long before it has done anything for the expression. */
  function onMachine(millisecondsFor: (program: string) => number): JqRunner {
    return {
      binary: jq.binary,
      run: async (program, input, limits) =>
        millisecondsFor(program) > limits.deadlineMs ? blown : jq.run(program, input, limits),
    };
  }

  it.each([
    ['the machine is slow', {}],
    ['its selector uses the time', { selectorQuery: '[.id] | add != "heavy"' }],
  ])('is not left out because %s', async (_, fields) => {
    let slow = false;
    // Every run for one item takes 1.3 s of the 2 s, and the least more is too much.
    const runner = onMachine((program) => (!slow ? 0 : program.includes('.secret') ? 2_100 : 1_300));
    const { program } = await compile([entry(fields, { properties: { secret: '[.secret] | add' } })], {
      ...EXPRESSIONS,
      jq: runner,
    });
    slow = true;
    const during = await program.map(items(...four), new AbortController().signal);
    expect(during.map(({ rows }) => entityOf(rows[0]).failures[0]?.message)).toEqual(
      four.map(() => expect.stringContaining(blown.message)),
    );
    slow = false;
    const after = await program.map(items(...four), new AbortController().signal);
    expect(after.map(({ rows }) => entityOf(rows[0]).entity.properties)).toEqual(
      four.map(({ secret }) => ({ secret })),
    );
  });
});
