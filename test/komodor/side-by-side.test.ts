import { describe, expect, it } from 'vitest';
import type { Completeness } from '../../src/core/model.ts';
import type { Walk } from '../../src/core/source.ts';
import { COMPLETE, incomplete } from '../../src/komodor/proof.ts';
import { sideBySide } from '../../src/komodor/side-by-side.ts';

const FAILED = incomplete('request_failed', 'no answer');

function pageOf(key: string) {
  return { items: [{ key, label: key, value: {} }], malformed: 0 };
}

/** A walk of some pages. `log` is told when it begins and when it is over. */
async function* walk(name: string, pages: number, end: Completeness = COMPLETE, log: string[] = []): Walk {
  log.push(`${name} begins`);
  try {
    for (let page = 0; page < pages; page += 1) {
      await Promise.resolve();
      yield pageOf(`${name}${page}`);
    }
    return end;
  } finally {
    log.push(`${name} ends`);
  }
}

async function collect(read: Walk) {
  const keys: string[] = [];
  let step = await read.next();
  for (; !step.done; step = await read.next()) keys.push(...step.value.items.map(({ key }) => key));
  return { keys: keys.sort(), end: step.value };
}

describe('reading side by side', () => {
  it('gives the pages in the order of the walks, whichever comes first', async () => {
    async function* late(name: string, turns: number): Walk {
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return yield* walk(name, 2);
    }
    const read = sideBySide([late('a', 9), late('b', 0), late('c', 5), late('d', 1)]);
    const keys: string[] = [];
    for (let step = await read.next(); !step.done; step = await read.next()) {
      keys.push(...step.value.items.map(({ key }) => key));
    }
    expect(keys).toEqual(['a0', 'a1', 'b0', 'b1', 'c0', 'c1', 'd0', 'd1']);
  });

  it.each([
    [1, 36, 38],
    [1024 * 1024, 5, 10],
    [100 * 1024 * 1024, 5, 6],
  ])('reads ahead as far as there is room: of pages of %i bytes %i to %i', async (bytes, least, most) => {
    let pages = 0;
    async function* sizeable(): Walk {
      for (let page = 0; page < 9; page += 1) {
        pages += 1;
        yield { ...pageOf(`p${pages}`), bytes };
        await new Promise((resolve) => setImmediate(resolve));
      }
      return COMPLETE;
    }
    const read = sideBySide(Array.from({ length: 5 }, sizeable));
    await read.next();
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(pages).toBeGreaterThanOrEqual(least);
    expect(pages).toBeLessThanOrEqual(most);
    await read.return(COMPLETE);
  });

  it('gives every page of all, and is complete when each is', async () => {
    const walks = Array.from({ length: 12 }, (_, at) => walk(`w${at}-`, at % 4));
    const { keys, end } = await collect(sideBySide(walks));
    expect(end).toEqual(COMPLETE);
    expect(keys).toHaveLength(18);
    expect(new Set(keys).size).toBe(18);
  });

  it('gives nothing of nothing', async () => {
    expect(await collect(sideBySide([]))).toEqual({ keys: [], end: COMPLETE });
  });

  it('has only so many open at a time', async () => {
    let open = 0;
    let most = 0;
    async function* counted(): Walk {
      open += 1;
      most = Math.max(most, open);
      await Promise.resolve();
      yield pageOf(`p${open}`);
      open -= 1;
      return COMPLETE;
    }
    await collect(sideBySide(Array.from({ length: 30 }, counted)));
    expect(most).toBe(5);
  });

  it('reads the others where one is incomplete, and says why of the first', async () => {
    const { keys, end } = await collect(
      sideBySide([walk('a', 1), walk('b', 0, FAILED), walk('c', 1, incomplete('malformed_page', 'odd')), walk('d', 2)]),
    );
    expect(keys).toEqual(['a0', 'c0', 'd0', 'd1']);
    expect(end).toEqual(FAILED);
  });

  it('begins no more once so many have failed in a row', async () => {
    const log: string[] = [];
    const walks = Array.from({ length: 40 }, (_, at) => walk(`w${at}`, 0, FAILED, log));
    expect((await collect(sideBySide(walks))).end).toEqual(FAILED);
    expect(log.filter((line) => line.endsWith('begins')).length).toBeLessThan(12);
  });

  it('goes on where failures are single ones', async () => {
    const walks = Array.from({ length: 40 }, (_, at) => walk(`w${at}-`, at % 2, at % 2 === 0 ? FAILED : COMPLETE));
    expect((await collect(sideBySide(walks))).keys).toHaveLength(20);
  });

  it('throws what one throws, and closes the others', async () => {
    const log: string[] = [];
    async function* broken(): Walk {
      yield pageOf('x');
      throw new Error('the key is refused');
    }
    const walks = [walk('a', 5, COMPLETE, log), broken(), walk('b', 9, COMPLETE, log), broken()];
    await expect(collect(sideBySide(walks))).rejects.toThrow('refused');
    expect(log.toSorted()).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('closes all when nobody reads on', async () => {
    const log: string[] = [];
    const read = sideBySide([walk('a', 9, COMPLETE, log), walk('b', 9, COMPLETE, log)]);
    await read.next();
    await read.return(COMPLETE);
    expect(log.slice(2).sort()).toEqual(['a ends', 'b ends']);
  });
});
