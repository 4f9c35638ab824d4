import { describe, expect, it } from 'vitest';
import { beginWalk } from '../../src/core/begun-walk.ts';
import type { Walk } from '../../src/core/source.ts';

/** Walks of two pages. The log says what is asked for, and when one is closed. */
function walks(log: string[]) {
  let count = 0;
  return async function* read(): Walk {
    count += 1;
    const name = `walk ${count}`;
    try {
      for (const page of [1, 2]) {
        log.push(`${name} page ${page}`);
        yield { items: [], malformed: 0 };
      }
      return { complete: true };
    } finally {
      log.push(`${name} closed`);
    }
  };
}

async function readAll(walk: Walk): Promise<void> {
  for await (const _page of walk);
}

describe('a begun walk', () => {
  it('has asked for its first page before it is taken, and asks for each page once', async () => {
    const log: string[] = [];
    const begun = beginWalk(walks(log), () => 0);
    expect(log).toEqual(['walk 1 page 1']);
    await readAll(begun.take());
    expect(log).toEqual(['walk 1 page 1', 'walk 1 page 2', 'walk 1 closed']);
  });

  it.each([60_001, -60_001])('begins anew when it is taken too late, by a clock that says %i ms', async (later) => {
    const log: string[] = [];
    let now = 0;
    const begun = beginWalk(walks(log), () => now);
    now = later;
    await readAll(begun.take());
    expect(log.toSorted()).toEqual(
      ['walk 1 page 1', 'walk 1 closed', 'walk 2 page 1', 'walk 2 page 2', 'walk 2 closed'].toSorted(),
    );
  });

  it('is closed when nobody takes it, also when its first page failed', async () => {
    const log: string[] = [];
    await beginWalk(walks(log), () => 0).drop();
    expect(log).toEqual(['walk 1 page 1', 'walk 1 closed']);
    const failing = beginWalk(
      // biome-ignore lint/correctness/useYield: it fails before its first page
      async function* (): Walk {
        throw new Error('the host is away');
      },
      () => 0,
    );
    await failing.drop();
    await expect(readAll(failing.take())).rejects.toThrow('the host is away');
  });
});
