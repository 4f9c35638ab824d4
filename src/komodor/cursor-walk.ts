import type { Completeness } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { COMPLETE, createWalkRecord, incomplete, type WalkOptions } from './proof.ts';
import type { Ask, Position, WayOfPaging } from './ways.ts';

interface CursorOptions extends WalkOptions {
  readonly way: WayOfPaging;
  readonly ask: Ask;
  /** Whether an empty list can be complete. */
  readonly mayBeEmpty?: boolean;
}

/**
 * Reads all pages of a question, where each page leads to the next. Throws HttpFailure when a page cannot be read.
 */
export async function* walkByCursor(options: CursorOptions): Walk {
  const { ask, way, what, mayBeEmpty = true } = options;
  const walked = createWalkRecord(options);
  const seen = new Set<string>();
  let position: Position = { type: 'start' };
  let afterEnd = false;
  let most: number | undefined;
  for (;;) {
    const answer = await ask(position, most);
    if (!Array.isArray(answer.rows)) return walked.malformed('holds no list');
    const taken = walked.record(answer.rows);
    if (afterEnd && !taken.advanced) return COMPLETE;
    yield { ...taken.page, bytes: answer.bytes };
    const page = { what, position, answer, count: answer.rows.length };
    const step = way.next(page);
    // A later page must have new rows even if it is the last one, because a server that ignores the position repeats rows.
    const mustAdvance = position.type !== 'start' && page.count > 0;
    const objection = walked.contradictionIn(taken, step.type === 'go', mustAdvance);
    if (objection !== undefined) return objection;
    if (afterEnd) return endedTooEarly(what);
    if (step.type === 'end' && step.completeness.complete && !mayBeEmpty && walked.distinct() === 0) {
      return incomplete('empty_list', `${what}: the list is empty`);
    }
    if (step.type === 'end') return step.completeness;
    if (step.type === 'unclear') return (await way.isLast(page, ask)) ? COMPLETE : step.otherwise;
    afterEnd = step.afterEnd ?? false;
    position = step.position;
    // A page number refers to pages of a certain size, so the size must not change.
    most = position.type === 'page' ? answer.askedFor : undefined;
    const mark = JSON.stringify(position);
    if (seen.has(mark)) return incomplete('repeated_cursor', `${what} gave the same cursor twice`);
    seen.add(mark);
  }
}

function endedTooEarly(what: string): Completeness {
  return incomplete('totals_disagree', `${what} said that nothing follows, but gave a cursor that led to more`);
}
