import { both, type One, one } from './plain.ts';
import { certain, isEqual, isTrue, listIn, NOTHING, orderOf, undecided } from './values.ts';

type Operator = (left: One, right: One) => One;

const COMPARISONS: ReadonlyMap<string, Operator> = new Map([
  ['==', comparison(isEqual)],
  ['!=', comparison((a, b) => !isEqual(a, b))],
  ['<', comparison((a, b) => orderOf(a, b) < 0)],
  ['<=', comparison((a, b) => orderOf(a, b) <= 0)],
  ['>', comparison((a, b) => orderOf(a, b) > 0)],
  ['>=', comparison((a, b) => orderOf(a, b) >= 0)],
]);
const SUMS: ReadonlyMap<string, Operator> = new Map([
  ['+', (left: One, right: One) => both(left, right, left.growth + right.growth, sumOf)],
  ['-', arithmetic((a, b) => a - b)],
]);
const PRODUCTS: ReadonlyMap<string, Operator> = new Map([
  ['*', arithmetic((a, b) => a * b)],
  ['/', arithmetic((a, b) => a / b)],
]);

/** Operators by how tightly they bind, loosest first, as in jq. Comparisons cannot follow each other. */
export const LEVELS: readonly { readonly operators: ReadonlyMap<string, Operator>; readonly chains: boolean }[] = [
  { operators: new Map([['or', logic(true)]]), chains: true },
  { operators: new Map([['and', logic(false)]]), chains: true },
  { operators: COMPARISONS, chains: false },
  { operators: SUMS, chains: true },
  { operators: PRODUCTS, chains: true },
];

/** `left // right` */
export function alternative(left: One, right: One): One {
  return one(
    (input) => {
      const value = left.run(input);
      return value === NOTHING || !isTrue(value) ? right.run(input) : value;
    },
    Math.max(left.growth, right.growth),
  );
}

/** `or` and `and`: the second is not evaluated when the first settles the result. */
function logic(settles: boolean): Operator {
  return (left, right) =>
    one((input) => {
      const value = left.run(input);
      if (value === NOTHING) return NOTHING;
      if (isTrue(value) === settles) return settles;
      const other = right.run(input);
      return other === NOTHING ? NOTHING : isTrue(other);
    });
}

function comparison(compare: (a: unknown, b: unknown) => boolean): Operator {
  return (left, right) => both(left, right, 1, compare);
}

function arithmetic(compute: (a: number, b: number) => number): Operator {
  return (left, right) =>
    both(left, right, 1, (a, b) =>
      typeof a === 'number' && typeof b === 'number' ? certain(compute(a, b)) : undecided(),
    );
}

function sumOf(a: unknown, b: unknown): unknown {
  if (a === null) return b;
  if (b === null) return a;
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (typeof a === 'number' && typeof b === 'number') return certain(a + b);
  return [...listIn(a), ...listIn(b)];
}
