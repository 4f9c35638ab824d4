import { z } from 'zod';
import type { Completeness } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { COMPLETE, createLedger, incomplete, type WalkOptions } from './proof.ts';

export interface OffsetAnswer {
  readonly rows: unknown;
  readonly more: unknown;
  readonly total: unknown;
  readonly bytes?: number;
}

const Total = z.number().nonnegative().optional();

/**
 * Walks a listing by row offset until it says that there is no more, then compares what came with the totals it named.
 * Throws HttpFailure when a page cannot be had.
 */
export async function* walkByOffset(
  options: WalkOptions & { readonly ask: (offset: number) => Promise<OffsetAnswer> },
): Walk {
  const ledger = createLedger(options);
  const totals: number[] = [];
  let offset = 0;
  for (;;) {
    const answer = await options.ask(offset);
    const total = Total.safeParse(answer.total);
    // An empty list may be spelled null; only a total of nothing makes that believable.
    const rows = answer.rows === null && total.data === 0 ? [] : answer.rows;
    if (!Array.isArray(rows)) return ledger.malformed('holds no list');
    const { more } = answer;
    if (typeof more !== 'boolean') return ledger.malformed('does not say whether there is more');
    if (!total.success) return ledger.malformed('has a total that is no number');
    const taken = ledger.take(rows);
    yield { ...taken.page, bytes: answer.bytes };
    if (total.data !== undefined) totals.push(total.data);
    // Without a total, a last page that repeats is all that shows a server which ignores the offset.
    const mustAdvance = totals.length === 0 && offset > 0 && rows.length > 0;
    const objection = ledger.objection(taken, more, mustAdvance);
    if (objection !== undefined) return objection;
    if (!more) return compareTotals(totals, ledger.distinct(), options.what);
    offset += rows.length;
  }
}

/** Rows may be added while we read, but none may go missing: a row that left has pulled another one over the page's edge. */
function compareTotals(totals: readonly number[], distinct: number, what: string): Completeness {
  const first = totals[0];
  if (first === undefined) return COMPLETE;
  const shrank = totals.some((total, i) => total < (totals[i - 1] ?? first));
  const changed = totals.some((total) => total !== first);
  if (distinct >= first && !shrank && (changed || distinct === first)) return COMPLETE;
  const told = changed ? `between ${Math.min(...totals)} and ${Math.max(...totals)}` : String(first);
  return incomplete('totals_disagree', `${what} said there are ${told} but gave ${distinct} different ones`);
}
