import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mistakeInJson } from '../../src/config/json-mistake.ts';

describe('the place where a text stops being JSON', () => {
  it.each([
    ['{"a":1', 6],
    ['[1,2', 4],
    ['[1,]', 3],
    ['{"a" 1}', 5],
    ['{a: 1}', 1],
    ['{"a":1,}', 7],
    ['[1 2]', 3],
    ['["a', 1],
    ['{"a":\n tru', 7],
    ['', 0],
    ['1 2', 2],
    [']', 0],
    ['[}', 1],
    ['{"a":"\\x"}', 5],
  ])('of %j is %i', (text, at) => expect(mistakeInJson(text)).toBe(at));

  it('is the end for every JSON that is whole, and not before the cut of one that is not', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, cut) => {
        expect(mistakeInJson(text)).toBe(text.length);
        const part = text.slice(0, cut % (text.length + 1));
        const after = mistakeInJson(part);
        expect(after).toBeLessThanOrEqual(part.length);
        // What stands before the mistake is a beginning of JSON: only the last token is cut.
        expect(part.slice(after)).not.toMatch(/^[\]}:,]/);
      }),
    );
  });
});
