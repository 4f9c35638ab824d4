import { describe, expect, it } from 'vitest';
import { filesUnder, type ProjectFile, pages, readProjectFile, sources } from './files.ts';

const MAX_LINES = 300;

function where(files: readonly ProjectFile[], pattern: RegExp): readonly string[] {
  return files.flatMap(({ path, text }) => {
    return text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : []));
  });
}

describe('the sources', () => {
  it(`have at most ${MAX_LINES} lines a file`, () => {
    const long = sources.filter(({ text }) => text.trimEnd().split('\n').length > MAX_LINES);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('export by name', () => expect(where(sources, /^export default\b/)).toEqual([]));

  it('bind no time to a combined signal, where Node 20 loses it: core/signals.ts has a way', () =>
    expect(where(sources, /AbortSignal\.any\(.*AbortSignal\.timeout/)).toEqual([]));

  it('are named in lower case with dashes', () => {
    expect(
      sources.map(({ path }) => path).filter((path) => !/^src\/([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(path)),
    ).toEqual([]);
  });

  it('read the environment in the command line alone, which passes it on', () => {
    // node-jq takes its path from there, and a jq is looked for on PATH.
    const jq = ['src/mapping/native-jq.ts', 'src/mapping/resolve-jq.ts'];
    const others = sources.filter(({ path }) => !path.startsWith('src/cli') && !jq.includes(path));
    expect(where(others, /\bprocess\.env\b/)).toEqual([]);
    expect(
      where(
        sources.filter(({ path }) => jq.includes(path)),
        /\bprocess\.env\b(?!\.(JQ_PATH|PATH)\b)/,
      ),
    ).toEqual([]);
  });

  it('decide nothing by the name of a kind', () => {
    expect(where(sources, /[!=]==? ['"`]komodor\w+['"`]|['"`]komodor\w+['"`] [!=]==?|case ['"`]komodor[A-Z]/)).toEqual(
      [],
    );
  });

  it('switch no check off and claim no type', () => {
    expect(
      where(sources, /@ts-(ignore|nocheck|expect-error)|biome-ignore(?!.*: )|\bas any\b|\bas unknown as\b/),
    ).toEqual([]);
  });
});

describe('the tests', () => {
  // Not part of the suite: what they measure is their purpose.
  const apart = /^test\/(soak|chaos|house)\//;
  const tests = filesUnder('test', '.ts').filter(({ path }) => !apart.test(path));

  it('take back what they made at the end of their own test, not of one beside it', () => {
    // The function that vitest exports does not know which of several tests at once has called it; the test's context does.
    const mixed = tests.filter(
      ({ text }) => /\.concurrent\b/.test(text) && /^import .*\bonTestFinished\b.*vitest/m.test(text),
    );
    expect(mixed.map(({ path }) => path)).toEqual([]);
  });

  it('measure no time: what must not wait is given something that never comes', () => {
    expect(where(tests, /\b(Date|performance)\.now\(\) - [a-z]|\bprocess\.hrtime\b|\bafterMs\b/)).toEqual([]);
  });

  it('expect nothing to happen before a moment by the clock', () => {
    expect(
      where(
        tests,
        /toBeGreater\w*\((Date|performance)\.now\(\)|- (Date|performance)\.now\(\)\)\.(not\.)?toBe(Less|Greater)/,
      ),
    ).toEqual([]);
  });
});

describe('the project', () => {
  const everything = [
    ...sources,
    ...pages,
    ...filesUnder('test', '.ts').filter(({ path }) => path !== 'test/house/source-rules.test.ts'),
    ...filesUnder('mappings', '.yaml'),
    ...filesUnder('blueprints', '.json'),
    ...filesUnder('scripts', '.mjs'),
    ...['package.json', '.env.example', 'tsconfig.json', 'biome.json', 'vitest.config.ts'].map(readProjectFile),
  ];

  it('names no path of somebody’s machine', () => {
    expect(where(everything, /\/(home|Users|work|root)\/[a-z]|\.\.\/shared\b|[A-Z]:\\Users/)).toEqual([]);
  });
});
