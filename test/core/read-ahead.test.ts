import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAhead } from '../../src/core/read-ahead.ts';

interface Watched {
  readonly source: AsyncGenerator<number, string>;
  /** How many values were begun. */
  begun(): number;
  closed(): boolean;
}

/** Counts to `length`, then returns, or throws when told to. */
function counting(length: number, error?: Error): Watched {
  let begun = 0;
  let closed = false;
  async function* count(): AsyncGenerator<number, string> {
    try {
      for (let value = 0; value < length; value += 1) {
        begun += 1;
        await Promise.resolve();
        yield value;
      }
      if (error) throw error;
      return 'the end';
    } finally {
      closed = true;
    }
  }
  return { source: count(), begun: () => begun, closed: () => closed };
}

const same = async (value: number) => value;

async function drain(generator: AsyncGenerator<number, string>, values: number[]): Promise<string> {
  for (;;) {
    const next = await generator.next();
    if (next.done) return next.value;
    values.push(next.value);
  }
}

describe('readAhead', () => {
  const depth = fc.integer({ min: 1, max: 5 });

  it('passes on every value in order, and what the source returns', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(12), depth, async (length, ahead) => {
        const values: number[] = [];
        const watched = counting(length);
        expect(
          await drain(
            readAhead(watched.source, same, () => ahead),
            values,
          ),
        ).toBe('the end');
        expect(values).toEqual(Array.from({ length }, (_, index) => index));
        expect(watched.closed()).toBe(true);
      }),
    );
  });

  it('passes on an error after the values that came before it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(6), depth, async (length, ahead) => {
        const values: number[] = [];
        const error = new Error('page lost');
        await expect(
          drain(
            readAhead(counting(length, error).source, same, () => ahead),
            values,
          ),
        ).rejects.toBe(error);
        expect(values).toHaveLength(length);
      }),
    );
  });

  it('is so far ahead and no further', async () => {
    const watched = counting(20);
    const reader = readAhead(watched.source, same, () => 3);
    await reader.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(watched.begun()).toBe(3);
    await reader.return('left');
  });

  it('works on several values at once, and gives the results in order', async () => {
    const finish: (() => void)[] = [];
    const slow = (value: number) => new Promise<number>((resolve) => finish.push(() => resolve(value * 10)));
    const reader = readAhead(counting(20).source, slow, () => 3);
    const first = reader.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(finish).toHaveLength(3);
    for (const end of finish.reverse()) end();
    expect(await first).toEqual({ done: false, value: 0 });
    expect(await reader.next()).toEqual({ done: false, value: 10 });
    await reader.return('left');
  });

  it('passes on an error of the work in its place', async () => {
    const fails = async (value: number) => (value === 1 ? Promise.reject(new Error('no jq')) : value);
    const reader = readAhead(counting(5).source, fails, () => 3);
    expect(await reader.next()).toEqual({ done: false, value: 0 });
    await expect(reader.next()).rejects.toThrow('no jq');
  });

  it('closes the source when the consumer leaves early', async () => {
    const watched = counting(20);
    for await (const value of readAhead(watched.source, same, () => 2)) if (value === 4) break;
    expect(watched.closed()).toBe(true);
  });

  it('leaves no rejection behind that nobody sees', async () => {
    const unseen: unknown[] = [];
    const note = (reason: unknown) => unseen.push(reason);
    process.on('unhandledRejection', note);
    const reader = readAhead(counting(1, new Error('too late')).source, same, () => 3);
    expect(await reader.next()).toEqual({ done: false, value: 0 });
    await reader.return('left');
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    expect(unseen).toEqual([]);
  });
});
