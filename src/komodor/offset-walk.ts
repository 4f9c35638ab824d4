import { z } from 'zod';
import type { Completeness } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { COMPLETE, createWalkRecord, incomplete, type WalkOptions } from './proof.ts';

export interface OffsetAnswer {
  readonly rows: unknown;
  readonly more: unknown;
  readonly total: unknown;
  readonly bytes?: number;
}

const Total = z.number().nonnegative().optional();

/**
 * Reads all pages by row offset until the last one, then compares the number of rows with the totals in the answers.
 * Throws HttpFailure when a page cannot be read.
 */
export async function* walkByOffset(
  options: WalkOptions & { readonly ask: (offset: number) => Promise<OffsetAnswer> },
): Walk {
  const walked = createWalkRecord(options);
  const totals: number[] = [];
  let offset = 0;
  for (;;) {
    const answer = await options.ask(offset);
    const total = Total.safeParse(answer.total);
    // An empty list may be null. This is accepted only if the total is 0.
    const rows = answer.rows === null && total.data === 0 ? [] : answer.rows;
    if (!Array.isArray(rows)) return walked.malformed('holds no list');
    const { more } = answer;
    if (typeof more !== 'boolean') return walked.malformed('does not say whether there is more');
    if (!total.success) return walked.malformed('has a total that is no number');
    const taken = walked.record(rows);
    yield { ...taken.page, bytes: answer.bytes };
    if (total.data !== undefined) totals.push(total.data);
    // Without a total, only repeated rows on the last page show that the server ignores the offset.
    const mustAdvance = totals.length === 0 && offset > 0 && rows.length > 0;
    const objection = walked.contradictionIn(taken, more, mustAdvance);
    if (objection !== undefined) return objection;
    if (!more) return compareTotals(totals, walked.distinct(), options.what);
    offset += rows.length;
  }
}

/** Rows may be added while we read. If one was removed, another row moved to a page that was already read, and is missing. */
function compareTotals(totals: readonly number[], distinct: number, what: string): Completeness {
  const first = totals[0];
  if (first === undefined) return COMPLETE;
  const shrank = totals.some((total, i) => total < (totals[i - 1] ?? first));
  const changed = totals.some((total) => total !== first);
  if (distinct >= first && !shrank && (changed || distinct === first)) return COMPLETE;
  const told = changed ? `between ${Math.min(...totals)} and ${Math.max(...totals)}` : String(first);
  return incomplete('totals_disagree', `${what} said there are ${told} but gave ${distinct} different ones`);
}
