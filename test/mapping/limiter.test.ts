import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/mapping/limiter.ts';

/** Tasks that run until they are told to end. */
function tasks(limited: ReturnType<typeof createLimiter>) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const done: Promise<void>[] = [];
  return {
    started,
    start(name: string) {
      done.push(
        limited(() => {
          started.push(name);
          return new Promise<void>((resolve) => ends.set(name, resolve));
        }),
      );
    },
    async end(name: string) {
      ends.get(name)?.();
      await wait(5);
    },
    all: () => Promise.all(done),
  };
}

describe('the limiter', () => {
  it('runs so many at a time, the others in order', async () => {
    const { started, start, end, all } = tasks(createLimiter({ limit: 2 }));
    for (const name of ['a', 'b', 'c', 'd']) start(name);
    await wait(5);
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
    await end('a');
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    for (const name of ['c', 'd']) await end(name);
    await all();
  });

  it('runs one more for each that has waited, up to the most', async () => {
    const { started, start, end, all } = tasks(createLimiter({ limit: 1, extra: { most: 2, patienceMs: 1 } }));
    for (const name of ['a', 'b', 'c', 'd']) start(name);
    while (started.length < 2) await wait(5);
    await wait(20);
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
    await end('c');
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    for (const name of ['a', 'd']) await end(name);
    await all();
  });

  it('goes back to the usual number', async () => {
    const { started, start, end, all } = tasks(createLimiter({ limit: 1, extra: { most: 2, patienceMs: 200 } }));
    for (const name of ['a', 'b']) start(name);
    while (started.length < 2) await wait(5);
    start('c');
    await end('a');
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
    await end('c');
    await all();
  });

  it('goes on after a task that fails', async () => {
    const limited = createLimiter({ limit: 1 });
    await expect(limited(() => Promise.reject(new Error('it failed')))).rejects.toThrow('it failed');
    expect(await limited(async () => 1)).toBe(1);
  });
});
