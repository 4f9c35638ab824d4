import type { MappingTest, TestEdit } from '../../config/mapping-tests.ts';
import type { MappedItemView } from '../map-items.ts';
import { differences } from './compare.ts';
import { entitiesOf, pairs } from './judge.ts';

/**
 * The changes that make a test expect what the mapping gives. An expected part stays a part: only what differs is changed. A
 * test that expects the item to be filtered or rejected is left alone.
 */
export function updatesOf(test: MappingTest, view: MappedItemView): readonly TestEdit[] {
  const { expectation } = test;
  const path = ['tests', test.index];
  const given = entitiesOf(view);
  if (expectation.type === 'missing') {
    if (given.length > 0) return [{ path: [...path, 'expect'], value: expectOf(given.map(({ entity }) => entity)) }];
    const rejected = view.rows.find(({ result }) => result === 'rejected');
    if (rejected === undefined) return view.rows.length > 0 ? [{ path: [...path, 'filtered'], value: true }] : [];
    const failed = rejected.fields.find(({ error }) => error !== undefined);
    return [{ path: [...path, 'rejected'], value: failed?.path ?? rejected.problems[0] ?? true }];
  }
  if (expectation.type !== 'entities') return [];
  const { entities } = expectation;
  if (entities.length !== given.length)
    return [{ path: [...path, 'expect'], value: expectOf(given.map(({ entity }) => entity)) }];
  return pairs(entities, given).flatMap(({ index, wanted, came }) =>
    differences(wanted, came.entity).map(({ path: below, actual }) => ({
      path: [...path, 'expect', ...(test.isList ? [index] : []), ...below],
      value: actual,
    })),
  );
}

/** One entity stands alone, several in a list. */
function expectOf<T>(entities: readonly T[]): T | readonly T[] {
  const [only, ...others] = entities;
  return only !== undefined && others.length === 0 ? only : entities;
}
