import { describe, expect, it } from 'vitest';
import { createJqRunner } from '../../src/mapping/jq-runner.ts';
import { WASM_SCRIPT, WASM_VERSION } from '../../src/mapping/resolve-jq.ts';
import cases from './date-cases.json' with { type: 'json' };
import { compile, entityOf, entry, items, jq } from './support.ts';

const wasm = await createJqRunner({ path: WASM_SCRIPT, version: WASM_VERSION, flavour: 'wasm', from: 'jq-wasm' });
const never = new AbortController().signal;

/** Each case is an expression and what jq 1.8.2 with glibc answers to it, as a list; an error as `{"e": its message}`. */
async function differences(runner: typeof jq) {
  const properties = Object.fromEntries(
    cases.map(([text], index) => [`c${index}`, `null | [try (${text}) catch {e: .}]`]),
  );
  const { program, problems } = await compile([entry({}, { properties })], { jq: runner });
  expect(problems).toEqual([]);
  const [mapped] = await program.map(items({ id: 'a' }), never);
  const given = entityOf(mapped?.rows[0]).entity.properties;
  return cases.flatMap(([text, answer], index) => {
    const ours = given[`c${index}`];
    return JSON.stringify(ours) === JSON.stringify(answer) ? [] : [{ text, answer, ours }];
  });
}

describe('dates', () => {
  it('are what they are in Ocean, also with jq as WebAssembly', async () => {
    expect(await differences(wasm)).toEqual([]);
  });

  it('and with the jq that this machine has', async () => {
    expect(await differences(jq)).toEqual([]);
  });

  it('cost nothing when no expression asks for one', async () => {
    const programs: string[] = [];
    const watched: typeof jq = {
      binary: wasm.binary,
      run: (program, ...rest) => {
        programs.push(program);
        return wasm.run(program, ...rest);
      },
    };
    await compile([entry({}, { properties: { update: '.date | explode', time: '"strf"' } })], { jq: watched });
    expect(programs).toHaveLength(1);
    expect(programs[0]).not.toContain('strptime');
    await compile([entry({}, { properties: { at: '[.created] | add | todate' } })], { jq: watched });
    expect(programs).toHaveLength(3);
    expect(programs[2]).toContain('def strptime(f)');
  });

  it.each([
    ['strftime("%^a %Y")', '%^'],
    ['strflocaltime("%Y-%m %:z")', '%:'],
    ['if . then strftime(  "%E") else 1 end', '%E'],
    ['strftime("%Y-%m-%dT%H:%M:%SZ %Ey %-d %k %Z")', undefined],
  ])('%s is said to be doubtful: %s', async (expression, format) => {
    const { warnings } = await compile([entry({}, { properties: { at: `.at | ${expression}` } })], { jq: wasm });
    expect(warnings).toEqual(
      format === undefined
        ? []
        : [
            {
              path: 'resources[0].port.entity.mappings.properties.at',
              message: expect.stringContaining(`does not know ${format} in a date format`),
            },
          ],
    );
  });
});
