import { describe, expect, it } from 'vitest';
import { runSeed } from './run-seed.ts';

const SEEDS = Array.from({ length: 24 }, (_, at) => 1001 + at);

describe.concurrent('a world in which everything may go wrong', () => {
  it.for(SEEDS)('ends well: seed %i', async (seed) => {
    const { violations, journal } = await runSeed(seed);
    expect(violations, journal.join('\n')).toEqual([]);
  });

  it('goes the same way each time', async () => {
    const [first, second] = await Promise.all([runSeed(1), runSeed(1)]);
    expect(second.journal).toEqual(first.journal);
    expect(first.journal.length).toBeGreaterThan(8);
  });
});
