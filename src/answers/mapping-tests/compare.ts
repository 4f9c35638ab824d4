import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../komodor/item.ts';

export type Path = readonly (string | number)[];

/** A place where what came differs from what was expected. */
export interface Difference {
  readonly path: Path;
  readonly expected: unknown;
  /** Undefined: it is not there. */
  readonly actual: unknown;
}

/**
 * Where an expected value is no part of another one. Of an object only the expected keys count; a list has to be of the same
 * length.
 */
export function differences(expected: unknown, actual: unknown, path: Path = []): readonly Difference[] {
  if (isObject(expected) && isObject(actual)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      differences(value, Object.hasOwn(actual, key) ? actual[key] : undefined, [...path, key]),
    );
  }
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((value: unknown, index) => differences(value, actual[index], [...path, index]));
  }
  return isDeepStrictEqual(expected, actual) ? [] : [{ path, expected, actual }];
}

/** `properties.labels.team`, `properties.clusters[0]` */
export function pathText(path: Path): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
