import { NOTHING } from './values.ts';

/** An expression that is evaluated here. `undecided` is thrown where jq must decide. */
export type Plain = One | Many;

/** At most one output: a value, or NOTHING. */
export interface One extends Growth {
  readonly many: false;
  readonly run: (input: unknown) => unknown;
  /** The value of a constant. */
  readonly constant?: unknown;
}

/** Any number of outputs. All are computed, even where jq stops at the first: one that jq would not reach may be undecided. */
export interface Many extends Growth {
  readonly many: true;
  readonly run: (input: unknown) => readonly unknown[];
}

interface Growth {
  /** How many times larger than its input the output can be. It bounds time and memory before anything runs. */
  readonly growth: number;
}

export function one(run: One['run'], growth = 1): One {
  return { many: false, run, growth };
}

export function many(run: Many['run'], growth = 1): Many {
  return { many: true, run, growth };
}

export function constant(value: unknown): One {
  return { many: false, run: () => value, growth: (JSON.stringify(value) ?? '').length, constant: value };
}

export const IDENTITY: One = one((input) => input);

/** All outputs of an expression. */
export function outputsOf(plain: Plain, input: unknown): readonly unknown[] {
  if (plain.many) return plain.run(input);
  const value = plain.run(input);
  return value === NOTHING ? [] : [value];
}

/** `left | right` */
export function pipe(left: Plain, right: Plain): Plain {
  if (left === IDENTITY) return right;
  if (right === IDENTITY) return left;
  const growth = left.growth * right.growth;
  if (left.many || right.many) {
    return many((input) => outputsOf(left, input).flatMap((value) => outputsOf(right, value)), growth);
  }
  const [first, second] = [left.run, right.run];
  return one((input) => {
    const value = first(input);
    return value === NOTHING ? NOTHING : second(value);
  }, growth);
}

/** An expression on the outputs of two. Nothing when one of them gives nothing. */
export function both(left: One, right: One, growth: number, combine: (a: unknown, b: unknown) => unknown): One {
  const [first, second] = [left.run, right.run];
  return one((input) => {
    const a = first(input);
    const b = second(input);
    return a === NOTHING || b === NOTHING ? NOTHING : combine(a, b);
  }, growth);
}
