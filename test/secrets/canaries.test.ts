import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canary, leaksIn } from './canaries.ts';

const secret = canary('of this test');
const { value } = secret;

const WAYS: { readonly [name: string]: string } = {
  whole: `before ${value} after`,
  'first half': value.slice(0, 12),
  'last half': value.slice(-12),
  'JSON in JSON': JSON.stringify({ text: JSON.stringify({ value }) }),
  'percent-encoded': encodeURIComponent(value),
  'in capitals': value.toUpperCase(),
  base64: Buffer.from(value).toString('base64'),
  'basic credentials': Buffer.from(`a:${value}`).toString('base64'),
  'longer basic credentials': Buffer.from(`ab:${value}!`).toString('base64'),
  base64url: Buffer.from(`abc${value}`).toString('base64url'),
  hexadecimal: Buffer.from(value).toString('hex'),
};

describe('the search for canaries', () => {
  it.each(Object.entries(WAYS))('finds one: %s', (_, text) => {
    expect(leaksIn(text, [secret])).not.toEqual([]);
  });

  it('finds one in base64 whatever stands around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const text = Buffer.from(before + value + after).toString('base64');
        expect(leaksIn(text, [secret])).not.toEqual([]);
      }),
    );
  });

  it('finds nothing in other texts', () => {
    expect(leaksIn(`${canary('another').value} ${'x'.repeat(100)}`, [secret])).toEqual([]);
  });
});
