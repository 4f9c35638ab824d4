import { expect, it } from 'vitest';
import { ConfirmingRead } from '../../src/core/confirming-read.ts';
import type { Completeness, RawItem } from '../../src/core/model.ts';
import type { Program } from '../../src/core/ports.ts';
import type { SourcePage } from '../../src/core/source.ts';
import { entity } from './shapes.ts';

const ENTRY = { path: 'r', kind: 'komodorService', selectorQuery: 'true', selector: {}, templates: [] } as const;

async function* pagesOf(sizes: readonly number[]): AsyncGenerator<SourcePage, Completeness> {
  for (const [page, size] of sizes.entries()) {
    const items = Array.from({ length: size }, (_, at): RawItem => {
      const key = `p${page}i${at}`;
      return { key, label: key, value: {} };
    });
    yield { items, malformed: 0 };
  }
  return { complete: true };
}

function counting() {
  const mapped: number[] = [];
  const map: Program['map'] = async (items) => {
    mapped.push(items.length);
    return items.map((item) => ({
      item,
      rows: [{ type: 'entity', entry: ENTRY, entity: entity({ identifier: item.key }), failures: [] }],
    }));
  };
  const program: Program = {
    entries: [ENTRY],
    blueprints: ['thing'],
    writing: () => [],
    map,
    mapUnfiltered: async (item) => ({ item, rows: [] }),
  };
  return { look: new ConfirmingRead({ program }, 'thing', new AbortController().signal), mapped };
}

it.each<[readonly number[], readonly number[]]>([
  [[], []],
  [[0, 0], []],
  [[1], [1]],
  [[499], [499]],
  [[200, 200, 99, 1], [500]],
  [
    [200, 200, 99, 2, 5],
    [501, 5],
  ],
  [
    [1000, 3],
    [1000, 3],
  ],
])('a look puts pages of %j items together until mapping them pays: %j', async (sizes, expected) => {
  const { look, mapped } = counting();
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shown: string[] = [];
  expect(await look.read(pagesOf(sizes), ({ key }) => void shown.push(key))).toBe(total);
  await look.finish();
  expect(mapped).toEqual(expected);
  expect([...look.identifiers]).toEqual(shown);
  expect(shown).toHaveLength(total);
  expect(look.problem).toBeUndefined();
});
