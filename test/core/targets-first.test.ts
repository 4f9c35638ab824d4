import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetsFirst } from '../../src/core/targets-first.ts';
import { shape } from './shapes.ts';

/** A blueprint with a relation to each of the targets. */
function pointing(identifier: string, ...targets: string[]) {
  const relations = Object.fromEntries(
    targets.map((target) => [`to_${target}`, { target, many: false, required: false }]),
  );
  return shape({ identifier, relations });
}

function names(shapes: readonly { readonly identifier: string }[]): string[] {
  return shapes.map(({ identifier }) => identifier);
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const graph = fc
  .tuple(...NAMES.map(() => fc.subarray(NAMES)))
  .map((targets) => NAMES.map((name, index) => pointing(name, ...(targets[index] ?? []))));
/** Only relations to names further down: no cycle is possible. */
const acyclic = fc.tuple(...NAMES.map((_, index) => fc.subarray(NAMES.slice(index + 1)))).chain((targets) =>
  fc.shuffledSubarray(
    NAMES.map((name, index) => pointing(name, ...(targets[index] ?? []))),
    { minLength: NAMES.length },
  ),
);

describe('targetsFirst', () => {
  it('puts every target before what points at it', () => {
    fc.assert(
      fc.property(acyclic, (shapes) => {
        const ordered = names(targetsFirst(shapes, (item) => item));
        for (const { identifier, relations } of shapes) {
          for (const { target } of Object.values(relations)) {
            expect(ordered.indexOf(target)).toBeLessThan(ordered.indexOf(identifier));
          }
        }
      }),
    );
  });

  it('gives everything back once, also with cycles, self relations and unknown targets', () => {
    fc.assert(
      fc.property(graph, (shapes) => {
        expect(names(targetsFirst(shapes, (item) => item)).sort()).toEqual(NAMES);
      }),
    );
    expect(names(targetsFirst([pointing('a', 'a', 'elsewhere')], (item) => item))).toEqual(['a']);
  });

  it('keeps the given order where no relation says otherwise', () => {
    const shapes = ['c', 'a', 'b'].map((name) => pointing(name));
    expect(names(targetsFirst(shapes, (item) => item))).toEqual(['c', 'a', 'b']);
  });
});
