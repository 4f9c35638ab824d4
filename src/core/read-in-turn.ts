import type { Completeness } from './model.ts';
import type { Walk } from './source.ts';

/** After this many failed walks in a row the others are not read. */
const MAX_FAILURES_IN_A_ROW = 2;

/** Reads walks one after the other. Complete when all of them are; otherwise the first reason counts. */
export async function* readInTurn(walks: Iterable<Walk>): Walk {
  let objection: Completeness | undefined;
  let failures = 0;
  for (const walk of walks) {
    const completeness = yield* walk;
    if (completeness.complete) {
      failures = 0;
      continue;
    }
    objection ??= completeness;
    failures = completeness.reason === 'request_failed' ? failures + 1 : 0;
    if (failures >= MAX_FAILURES_IN_A_ROW) break;
  }
  return objection ?? { complete: true };
}
