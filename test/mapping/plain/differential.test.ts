import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWithJq } from './against-jq.ts';
import { eachFunction, eachValue, expressions, jsonValues } from './generated.ts';

const SEEDS = (process.env.PLAIN_SEEDS ?? '1,2').split(',').map(Number);
const EXPRESSIONS = 400;
const VALUES = 40;

describe('plain expressions beside jq', () => {
  it.each(SEEDS)('give what jq gives, or nothing at all, seed %d', { timeout: 120_000 }, async (seed) => {
    const texts = [...new Set(fc.sample(expressions, { numRuns: EXPRESSIONS, seed }))];
    const values = fc.sample(jsonValues, { numRuns: VALUES, seed });
    const { plain, decided, undecided } = await compareWithJq(texts, values);
    // Most of what is generated is plain, and much of it is decided here: this is no empty comparison.
    expect(plain).toBeGreaterThan(texts.length / 3);
    expect(decided / (decided + undecided)).toBeGreaterThan(0.1);
  });

  it('give it for each function on each type of value', async () => {
    const { decided } = await compareWithJq(eachFunction, eachValue);
    expect(decided).toBeGreaterThan(3_000);
  });
});
