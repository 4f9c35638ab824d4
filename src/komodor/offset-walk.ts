import { z } from 'zod';
import type { Completeness } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { type Asking, type OffsetAnswer, OffsetsAhead } from './offsets-ahead.ts';
import { COMPLETE, createWalkRecord, incomplete, type WalkOptions } from './proof.ts';

const Total = z.number().nonnegative().optional();

/**
 * Reads all pages by row offset until the last one, then compares the number of rows with the totals in the answers. Once a
 * total is known, several pages are asked for at a time; they are looked at, and yielded, in the order of their offsets.
 * Throws HttpFailure when a page cannot be read.
 */
export async function* walkByOffset(options: WalkOptions & Asking): Walk {
  const walked = createWalkRecord(options);
  const pages = new OffsetsAhead(options);
  const totals: number[] = [];
  let offset = 0;
  try {
    for (;;) {
      const answer = await pages.take(offset, totals.at(-1));
      const total = Total.safeParse(answer.total);
      const rows = rowsIn(answer, total.data);
      if (!Array.isArray(rows)) return walked.malformed('holds no list');
      const { more } = answer;
      if (typeof more !== 'boolean') return walked.malformed('does not say whether there is more');
      if (!total.success) return walked.malformed('has a total that is no number');
      const taken = walked.record(rows);
      if (total.data !== undefined) totals.push(total.data);
      // Without a total, only repeated rows on the last page show that the server ignores the offset.
      const mustAdvance = totals.length === 0 && offset > 0 && rows.length > 0;
      const objection = walked.contradictionIn(taken, more, mustAdvance);
      offset += rows.length;
      if (more && objection === undefined) pages.askAhead(offset, total.data, rows.length, answer);
      yield { ...taken.page, bytes: answer.bytes };
      if (objection !== undefined) return objection;
      if (!more) return compareTotals(totals, pages.leastTotal, walked.distinct(), options.what);
    }
  } finally {
    await pages.close();
  }
}

/** An empty list may be null. This is accepted only if the total is 0. */
function rowsIn({ rows }: OffsetAnswer, total: number | undefined): unknown {
  return rows === null && total === 0 ? [] : rows;
}

/**
 * Rows may be added while we read. If one was removed, another row moved to a page that was already read, and is missing.
 * @param least the smallest total of pages that were asked for again
 */
function compareTotals(totals: readonly number[], least: number, distinct: number, what: string): Completeness {
  const first = totals[0];
  if (first === undefined) return COMPLETE;
  const shrank = least < first || totals.some((total, i) => total < (totals[i - 1] ?? first));
  const changed = shrank || totals.some((total) => total !== first);
  if (distinct >= first && !shrank && (changed || distinct === first)) return COMPLETE;
  const told = changed ? `between ${Math.min(least, ...totals)} and ${Math.max(...totals)}` : String(first);
  return incomplete('totals_disagree', `${what} said there are ${told} but gave ${distinct} different ones`);
}
