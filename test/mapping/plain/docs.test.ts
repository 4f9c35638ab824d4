import { describe, expect, it } from 'vitest';
import { parsePlain } from '../../../src/mapping/plain/parse.ts';
import { readProjectFile } from '../../house/files.ts';

const PAGE = readProjectFile('docs/jq.md').text;
const [, SECTION = ''] = /## Which expressions need no jq\n([\s\S]*?)\n## /.exec(PAGE) ?? [];
const codesOf = (row: string) => [...row.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\\|', '|'));
const rowOf = (name: string) => codesOf(SECTION.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? '');

/** A call of each function of the docs. */
const CALLS: Readonly<Record<string, string>> = {
  select: 'select(.a)',
  has: 'has("a")',
  map: 'map(.a)',
  IN: 'IN("a", "b")',
  split: 'split(",")',
  join: 'join(",")',
  contains: 'contains("a")',
  startswith: 'startswith("a")',
  endswith: 'endswith("a")',
  ltrimstr: 'ltrimstr("a")',
  rtrimstr: 'rtrimstr("a")',
  test: 'test("^a+$")',
  sub: 'sub("a"; "b")',
  gsub: 'gsub("a"; "b")',
};

function isPlain(expression: string): boolean {
  return parsePlain(expression, { NAME: 'x' }) !== undefined;
}

describe('docs/jq.md', () => {
  it.each([...rowOf('functions'), ...rowOf('functions on texts and numbers')])(
    'says rightly that %s needs no jq',
    (name) => {
      expect(isPlain(CALLS[name] ?? name)).toBe(true);
    },
  );

  it.each(rowOf('paths'))('says rightly that the path %s needs none', (path) => {
    expect(isPlain(`[${path}]`)).toBe(true);
  });

  it.each(rowOf('operators').filter((code) => !/[, …]/.test(code)))(
    'says rightly that the operator %s needs none',
    (operator) => {
      expect(isPlain(`.a ${operator} .b`)).toBe(true);
    },
  );

  it.each([
    '[.a, .b]',
    'if .a then 1 elif .b then 2 else 3 end',
    '"x\\(.a)"',
    '1.5',
    '{a: .b, c}',
    'env.NAME',
    '$ENV.NAME',
  ])('says rightly that %s needs none', (expression) => expect(isPlain(expression)).toBe(true));

  it.each([
    '.a as $x | $x',
    '.a |= 1',
    'reduce .[] as $x (0; . + $x)',
    'def f: .; f',
    'test("(a+)+$")',
    'test("a*b*")',
    'test("a"; "i")',
    'gsub("(?<x>a)"; .x)',
    'split(.a)',
    'explode',
    '.a?//1',
    '1 == 1 == 1',
    '.a.b??',
    '..',
    '.a,.b | )',
  ])('leaves %s to jq', (expression) => {
    expect(isPlain(expression)).toBe(false);
  });
});
