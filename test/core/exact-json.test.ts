import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactJson, numberText, parseExactly } from '../../src/core/exact-json.ts';

function roundTrip(text: string): string {
  const value = parseExactly(text);
  if (typeof value !== 'object' || value === null) throw new Error('no object');
  return exactJson(value);
}

describe('numbers that a double cannot bring back', () => {
  it.each([
    ['{"a":1.0}', '{"a":1.0}'],
    ['{"a":9007199254740993}', '{"a":9007199254740993}'],
    ['{"a":-9007199254740993,"b":9007199254740992}', '{"a":-9007199254740993,"b":9007199254740992}'],
    ['{"a":123456789012345678901234567890}', '{"a":123456789012345678901234567890}'],
    ['{"a": 1.00 , "b":[2.0,\\n-3.0]}'.replace('\\n', '\n'), '{"a":1.0,"b":[2.0,-3.0]}'],
    ['{"a":1e3,"b":1E+3,"c":10e-1}', '{"a":1000.0,"b":1000.0,"c":1.0}'],
    ['{"a":-0.0,"b":-0,"c":0.0}', '{"a":-0.0,"b":0,"c":0.0}'],
    ['{"a":1e16,"b":1e300}', '{"a":1e+16,"b":1e+300}'],
    ['{"a":1e400}', '{"a":1e400}'],
    ['{"a":{"b":[{"c":1.0}]},"d":2}', '{"a":{"b":[{"c":1.0}]},"d":2}'],
    ['{"__proto__":1.0}', '{"__proto__":1.0}'],
    ['{"a\\":1.0,":"\\\\\\",2.0]","b":3.0}', '{"a\\":1.0,":"\\\\\\",2.0]","b":3.0}'],
    ['{"a":1.5,"b":0.1,"c":"1.0","d":[" 2.0 ",":1e3"]}', '{"a":1.5,"b":0.1,"c":"1.0","d":[" 2.0 ",":1e3"]}'],
  ])('%s is written as %s', (text, written) => {
    expect(roundTrip(text)).toBe(written);
    expect(parseExactly(text)).toEqual(JSON.parse(text));
  });

  it('are remembered for every object on the way, and not for its neighbours', () => {
    const value = parseExactly('{"rows":[{"id":9007199254740993},{"id":7},{"id":"x"}]}');
    const { rows } = value as { readonly rows: readonly object[] };
    expect(rows.map((row) => exactJson(row))).toEqual(['{"id":9007199254740993}', '{"id":7}', '{"id":"x"}']);
    expect(rows.map((row) => numberText(row, 'id'))).toEqual(['9007199254740993', '7', undefined]);
  });

  it('change nothing else of what JSON.parse and JSON.stringify do', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        expect(parseExactly(text)).toEqual(JSON.parse(text));
        const object = `{"value":${text}}`;
        expect(JSON.parse(roundTrip(object))).toEqual(JSON.parse(object));
      }),
    );
  });

  it('cost an item that is nested beyond all measure its spelling, not the page', () => {
    const text = `{"a":${'['.repeat(100_000)}1.0${']'.repeat(100_000)}}`;
    expect(() => parseExactly(text)).not.toThrow();
    expect(() => parseExactly('{"a":1.0')).toThrow(SyntaxError);
  });
});
