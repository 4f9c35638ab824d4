import { describe, expect, it } from 'vitest';
import type { BlueprintShape } from '../../src/core/model.ts';
import { ReadingOrder } from '../../src/core/reading-order.ts';
import type { Extraction } from '../../src/core/run.ts';
import { shape } from './shapes.ts';
import { kindWith, listingOf } from './test-kind.ts';

/** Kinds by name, each with the blueprints that it writes (null: computed) and the kinds that it names as earlier ones. */
function orderOf(
  kinds: {
    readonly [name: string]: { readonly writes: readonly (string | null)[]; readonly after?: readonly string[] };
  },
  relations: { readonly [blueprint: string]: readonly string[] } = {},
) {
  const wanted = Object.entries(kinds).map(([name, { writes, after = [] }]): Extraction => {
    const kind = kindWith({ name, after, select: () => ({ complaints: [] }) });
    const program = { entries: [], blueprints: writes, writing: () => [], map: async () => [], mapUnfiltered: never };
    return { kind, listing: listingOf({}), program, locators: new Map() };
  });
  const names = [...new Set(Object.values(kinds).flatMap(({ writes }) => writes.filter((name) => name !== null)))];
  const shapes = names.map(
    (identifier): BlueprintShape =>
      shape({
        identifier,
        relations: Object.fromEntries(
          (relations[identifier] ?? []).map((target) => [target, { target, many: false, required: false }]),
        ),
      }),
  );
  const order = new ReadingOrder(shapes, wanted);
  return { order, names: order.kinds.map(({ name }) => name) };
}

async function never(): Promise<never> {
  throw new Error('is not mapped here');
}

describe('the order of reading', () => {
  it('takes targets of relations first, and kinds that name others after these', () => {
    const { names } = orderOf(
      {
        risks: { writes: ['risk'] },
        cost: { writes: ['service'], after: ['services'] },
        services: { writes: ['service'] },
      },
      { risk: ['service'] },
    );
    expect(names).toEqual(['services', 'cost', 'risks']);
  });

  it.each([
    ['that it names itself', { a: { writes: ['x'] }, b: { writes: ['y'], after: ['a'] } }, true],
    ['that writes the same blueprint', { a: { writes: ['x'] }, b: { writes: ['x', 'y'] } }, true],
    ['that may write the same blueprint', { a: { writes: [null] }, b: { writes: ['y'] } }, true],
    ['that it may write the blueprint of', { a: { writes: ['x'] }, b: { writes: [null] } }, true],
    ['with another blueprint', { a: { writes: ['x'] }, b: { writes: ['y'] } }, false],
  ])('lets a kind wait for an earlier one %s: %o', async (_name, kinds, waits) => {
    const { order } = orderOf(kinds);
    const [first, second] = order.kinds;
    if (first === undefined || second === undefined) throw new Error('two kinds were given');
    let isTurn = false;
    const turn = order.turnOf(second).then(() => {
      isTurn = true;
    });
    await order.turnOf(first);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isTurn).toBe(!waits);
    order.end(first.name);
    await turn;
  });

  it('passes the failure of a kind on to those that wait for it', async () => {
    const { order } = orderOf({ a: { writes: ['x'] }, b: { writes: ['x'] } });
    const [, second] = order.kinds;
    if (second === undefined) throw new Error('two kinds were given');
    const turn = order.turnOf(second);
    order.fail('a', new Error('the key was refused'));
    await expect(turn).rejects.toThrow('the key was refused');
  });

  it('says which blueprints an earlier kind may still give, until that has ended', () => {
    const { order, names } = orderOf({ a: { writes: ['x'] }, b: { writes: ['y', 'z'] }, c: { writes: ['z'] } });
    expect(names).toEqual(['a', 'b', 'c']);
    const given = () => names.map((kind) => order.mayStillBeGiven('x', kind));
    expect(given()).toEqual([false, true, true]);
    order.end('a');
    expect(given()).toEqual([false, false, false]);
    // Nobody waits for itself, or for a kind behind it.
    expect(names.map((kind) => order.mayStillBeGiven('z', kind))).toEqual([false, false, true]);
  });
});
