import { type One, one, outputsOf, type Plain } from './plain.ts';
import { hasSurrogates, isEqual, isObject, isTrue, listIn, NOTHING, orderOf, undecided } from './values.ts';

export const LENGTH: One = one((input) => {
  if (input === null) return 0;
  if (typeof input === 'string') return hasSurrogates(input) ? [...input].length : input.length;
  if (typeof input === 'number') return Math.abs(input);
  if (isObject(input)) return Object.keys(input).length;
  return listIn(input).length;
});

export const KEYS: One = one((input) => (isObject(input) ? sorted(Object.keys(input)) : undecided()));
export const SORT: One = one((input) => sorted(listIn(input)));
export const UNIQUE: One = one((input) =>
  sorted(listIn(input)).filter((member, at, list) => at === 0 || !isEqual(member, list[at - 1])),
);

/** Of numbers only, or of texts only. */
function sorted(list: readonly unknown[]): readonly unknown[] {
  return [...list].sort(orderOf);
}

export function has(key: unknown): One {
  return one((input) => {
    if (typeof key === 'string' && isObject(input)) return Object.hasOwn(input, key);
    if (typeof key === 'number' && Array.isArray(input)) return key >= 0 && key < input.length;
    return undecided();
  });
}

export function select(condition: One): One {
  const { run } = condition;
  return one((input) => {
    const value = run(input);
    return value !== NOTHING && isTrue(value) ? input : NOTHING;
  });
}

export function map(each: Plain): One {
  return one((input) => listIn(input).flatMap((member) => [...outputsOf(each, member)]), each.growth);
}

export function first(of: Plain): One {
  return one((input) => {
    const outputs = outputsOf(of, input);
    return outputs.length === 0 ? NOTHING : outputs[0];
  }, of.growth);
}

export function all(list: Plain, condition: One): One {
  return one((input) => outputsOf(list, input).every((member) => isNothingOr(condition.run(member), true)));
}

export function any(list: Plain, condition: One): One {
  return one((input) => outputsOf(list, input).some((member) => !isNothingOr(condition.run(member), false)));
}

function isNothingOr(value: unknown, wanted: boolean): boolean {
  return value === NOTHING || isTrue(value) === wanted;
}

/** `IN(…)` */
export function isIn(list: Plain): One {
  return one((input) => outputsOf(list, input).some((value) => isEqual(value, input)));
}
