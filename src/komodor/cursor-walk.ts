import type { Completeness } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { COMPLETE, createLedger, incomplete, type WalkOptions } from './proof.ts';
import type { Ask, Position, Way } from './ways.ts';

interface CursorOptions extends WalkOptions {
  readonly way: Way;
  readonly ask: Ask;
  /** Whether a list that ends without a row is believed. */
  readonly mayBeEmpty?: boolean;
}

/**
 * Walks a listing whose pages lead from one to the next, in the way that the endpoint has. Throws HttpFailure when a page
 * cannot be had.
 */
export async function* walkByCursor(options: CursorOptions): Walk {
  const { ask, way, what, mayBeEmpty = true } = options;
  const ledger = createLedger(options);
  const seen = new Set<string>();
  let position: Position = { type: 'start' };
  let afterEnd = false;
  let most: number | undefined;
  for (;;) {
    const answer = await ask(position, most);
    if (!Array.isArray(answer.rows)) return ledger.malformed('holds no list');
    const taken = ledger.take(answer.rows);
    if (afterEnd && !taken.advanced) return COMPLETE;
    yield { ...taken.page, bytes: answer.bytes };
    const page = { what, position, answer, count: answer.rows.length };
    const step = way.next(page);
    // A later page must bring something even when it says that it is the last: a server that ignores the position looks so.
    const mustAdvance = position.type !== 'start' && page.count > 0;
    const objection = ledger.objection(taken, step.type === 'go', mustAdvance);
    if (objection !== undefined) return objection;
    if (afterEnd) return saidTooEarly(what);
    if (step.type === 'end' && step.completeness.complete && !mayBeEmpty && ledger.distinct() === 0) {
      return incomplete('empty_list', `${what}: the list is empty`);
    }
    if (step.type === 'end') return step.completeness;
    if (step.type === 'silent') return (await way.isLast(page, ask)) ? COMPLETE : step.doubt;
    afterEnd = step.afterEnd ?? false;
    position = step.position;
    // A page number means another place as soon as pages have another size.
    most = position.type === 'page' ? answer.askedFor : undefined;
    const mark = JSON.stringify(position);
    if (seen.has(mark)) return incomplete('repeated_cursor', `${what} gave the same cursor twice`);
    seen.add(mark);
  }
}

function saidTooEarly(what: string): Completeness {
  return incomplete('totals_disagree', `${what} said that nothing follows, but gave a cursor that led to more`);
}
