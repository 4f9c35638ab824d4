import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortPair } from '../../src/answers/value-text.ts';

describe('old and new value', () => {
  it('are shown whole where they are short', () => expect(shortPair('ab', 'ac', 10)).toEqual(['ab', 'ac']));

  it('begin shortly before they differ where they are long', () => {
    const same = 'x'.repeat(500);
    const [from, to] = shortPair(`${same}old${same}`, `${same}new${same}`, 60);
    expect(from).toMatch(/^…x{30}oldx+…$/);
    expect(to).toMatch(/^…x{30}newx+…$/);
  });

  it('stay within their length, and differ where they can be told apart', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }),
        fc.string({ maxLength: 200 }),
        fc.string({ maxLength: 200 }),
        (same, a, b) => {
          const [from, to] = shortPair(`${same}${a}`, `${same}${b}`, 60);
          expect(Math.max(from.length, to.length)).toBeLessThanOrEqual(60);
          expect(from === to).toBe(a === b);
        },
      ),
    );
  });
});
