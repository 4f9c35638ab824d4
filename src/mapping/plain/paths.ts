import { many, type One, one, type Plain } from './plain.ts';
import { hasSurrogates, isObject, listIn, NOTHING, undecided } from './values.ts';

/** `.name` and `."name"`; `optional`: with a `?`, which gives nothing where it would fail. */
export function member(name: string, optional: boolean): One {
  return one((input) => {
    if (isObject(input)) return Object.hasOwn(input, name) ? input[name] : null;
    if (input === null) return null;
    return optional ? NOTHING : undecided();
  });
}

/** `.[0]` and `.[-1]` */
export function element(index: number, optional: boolean): One {
  return one((input) => {
    if (Array.isArray(input)) return input.at(index) ?? null;
    if (input === null) return null;
    return optional ? NOTHING : undecided();
  });
}

/** `.[1:]`, `.[:-1]` and `.[1:3]` */
export function slice(start: number | undefined, end: number | undefined): One {
  return one((input) => {
    if (Array.isArray(input)) return input.slice(start, end);
    if (typeof input === 'string') return hasSurrogates(input) ? undecided() : input.slice(start, end);
    return input === null ? null : undecided();
  });
}

/** `.[]` of a list. Of an object jq decides. */
export function elements(optional: boolean): Plain {
  return many((input) => {
    if (optional && !isObject(input) && !Array.isArray(input)) return [];
    return listIn(input);
  });
}
