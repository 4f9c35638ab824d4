import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constantOf } from '../../src/core/expression/constant.ts';
import { lex } from '../../src/core/expression/lex.ts';
import { rewriteSingleQuotes } from '../../src/core/expression/single-quotes.ts';
import { firstLineOf } from '../../src/mapping/jq-message.ts';
import { leadingPath } from '../../src/mapping/leading-path.ts';
import { repairSurrogates } from '../../src/mapping/surrogates.ts';

describe('single quotes', () => {
  it.each([
    [`'service'`, `"service"`],
    [`.a + '/' + .b`, `.a + "/" + .b`],
    [`.a == 'x y' and true`, `.a == "x y" and true`],
    [`"don't"`, `"don't"`],
    [`"it's 'quoted' here"`, `"it's "quoted" here"`],
    [`.a // ''`, `.a // ""`],
    [`.a|split('-')`, `.a|split('-')`],
    [`'a'\n`, `"a"\n`],
    [`' a'`, `" a"`],
    [`.["'"]`, `.["'"]`],
    [``, ``],
  ])('%j becomes %j', (before, after) => {
    expect(rewriteSingleQuotes(before)).toBe(after);
  });
});

describe('lex', () => {
  it.each([
    ['.a', '.a'],
    ['  .a # why\n', '.a'],
    ['# only to the line end\n.a', '.a'],
    ['.a # goes on \\\n ) this too\n| .b', '.a \n| .b'],
    ['.a # does not go on \\\\\n| .b', '.a \n| .b'],
    ['.a # windows \\\r\n) still\r\n| .b', '.a \n| .b'],
    ['"# no comment"', '"# no comment"'],
    ['"a \\(.b | "c)\\(.d)") e"', '"a \\(.b | "c)\\(.d)") e"'],
    ['"\\"]"', '"\\"]"'],
    ['{a: [.b, (.c)]}', '{a: [.b, (.c)]}'],
    ['.["__map_f0"]', '.["__map_f0"]'],
    ['[\n$__loc__]', '[\n{"file":"<top-level>","line":2}]'],
    ['{a: 1, $__loc__}', '{a: 1, "__loc__":{"file":"<top-level>","line":1}}'],
    ['"\\($__loc__.line) $__loc__"', '"\\({"file":"<top-level>","line":1}.line) $__loc__"'],
    ['$__loc__x', '$__loc__x'],
  ])('accepts %j', (expression, text) => {
    expect(lex(expression)).toEqual({ ok: true, text });
  });

  it.each([
    ['.a) | halt | (.b', /"\)" too many/],
    ['1); halt, def g: (2', /too many/],
    ['1); halt, def z: ["', /too many/],
    ['(.a', /"\)" is missing/],
    ['[.a}', /"}" too many/],
    ['"abc', /string is not closed/],
    ['"\\(.a"', /string is not closed/],
    ['"\\(.a', /"\)" is missing/],
    ['.a # "', undefined],
    ['', /empty/],
    ['# nothing \\', /empty/],
    ['.a\0', /NUL/],
    ['__map_f0', /reserved/],
    ['"\\(__map_f0)"', /reserved/],
  ])('judges %j', (expression, message) => {
    const lexed = lex(expression);
    if (message === undefined) expect(lexed.ok).toBe(true);
    else expect(lexed).toEqual({ ok: false, message: expect.stringMatching(message) });
  });
});

describe('constantOf', () => {
  it.each([
    ['true', { value: true }],
    ['false', { value: false }],
    ['null', { value: null }],
    ['"x"', { value: 'x' }],
    ['"tab\\t \\u00e9"', { value: 'tab\t é' }],
    ['"\\(.a)"', undefined],
    ['"a" + "b"', undefined],
    ['"\\ud800"', undefined],
    ['.true', undefined],
    ['5', undefined],
  ])('of %j', (text, expected) => {
    expect(constantOf(text)).toEqual(expected);
  });
});

describe('leadingPath', () => {
  it.each([
    ['.a.b | map(.c)', ['a', 'b']],
    ['."my-key" | map(.)', ['my-key']],
    ['.["k"]', ['k']],
    ['.a["k"]?.b', ['a', 'k']],
    ['.a[0].b[1:]', ['a', 0, 'b', { start: 1, end: null }]],
    ['.a.["k"] | .b', ['a', 'k']],
    ['.a | .b', ['a']],
    ['. as $root | .a | map(.b + $root.c)', ['a']],
    ['. | $x | .a', ['a']],
    ['map(.a) | .b', ['b']],
    ['.a[$n] | .b', undefined],
    ['(.a', undefined],
    ['(.a // []) | map(.b)', ['a']],
    ['.a // []', ['a']],
    ['.a + .b', ['a']],
    ['[.a[], .b[]]', undefined],
    ['to_entries', undefined],
    ['.', undefined],
    ['.["\\(.k)"] | map(.)', undefined],
    ['.. | .a', ['a']],
    ['..', undefined],
  ])('of %j', (expression, path) => {
    expect(leadingPath(expression)).toEqual(path);
  });
});

describe('repairSurrogates', () => {
  it('leaves every well-formed text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = JSON.stringify({ text });
        expect(repairSurrogates(json)).toBe(json);
      }),
    );
  });

  it('makes every text what it is with replacement characters', () => {
    const unit = fc.constantFrom('\ud83d', '\ude00', '\\', 'u', 'd800', '"', 'x', '\\ud800');
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        const text = units.join('');
        const expected = Buffer.from(text, 'utf16le')
          .toString('utf16le')
          .replace(/\p{Surrogate}/gu, '\ufffd');
        expect(JSON.parse(repairSurrogates(JSON.stringify(text)))).toBe(expected);
      }),
    );
  });
});

describe('firstLineOf', () => {
  it.each([
    [
      'jq: error: nosuch/0 is not defined at <top-level>, line 9, column 5:\n    def __map_f0: (nosuch\n',
      'nosuch/0 is not defined',
    ],
    [
      'jq: error: syntax error, unexpected end (Unix shell quoting issues?) at <top-level>, line 1:\nx',
      'syntax error, unexpected end',
    ],
    ["jq: parse error: Unmatched '}' at line 2, column 6", "Unmatched '}'"],
    ['jq: error (at <stdin>:1): Cannot iterate over null', 'Cannot iterate over null'],
    ['', 'jq gave no reason'],
  ])('of %j', (stderr, line) => {
    expect(firstLineOf(stderr)).toBe(line);
  });
});
