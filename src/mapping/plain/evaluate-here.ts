import { hasExactNumbers } from '../../core/exact-json.ts';
import type { JsonObject } from '../../core/model.ts';
import type { DocumentResult } from '../batch-run.ts';
import { isCertainValue } from './certain-value.ts';
import type { DividedGroup } from './plain-group.ts';
import { Undecided } from './values.ts';

/** What is evaluated here of all groups on an item. */
export interface Here {
  readonly needsJq: boolean;
  /** The results of all groups. @param rest the results of the parts that jq runs, in order */
  join(rest: DocumentResult): DocumentResult;
}

/** Evaluates an item. Undefined: jq must map it. */
export function evaluateHere(groups: readonly DividedGroup[], item: JsonObject, selectAll: boolean): Here | undefined {
  if (!groups.some(({ evaluate }) => evaluate !== undefined)) return undefined;
  // How a number is spelled matters to jq, and is not in the value.
  if (hasExactNumbers(item) || !isCertainValue(item)) return undefined;
  try {
    const found = groups.map((group) => ({ group, here: group.evaluate?.(item, selectAll) }));
    return {
      needsJq: found.some(({ here }) => here === undefined || here.needsJq),
      join(rest) {
        const results = rest[Symbol.iterator]();
        return found.map(({ group, here }) =>
          group.join(here, group.rest === undefined ? undefined : results.next().value),
        );
      },
    };
  } catch (error) {
    if (error instanceof Undecided) return undefined;
    throw error;
  }
}
