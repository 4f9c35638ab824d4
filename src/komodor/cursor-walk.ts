import { z } from 'zod';
import type { Completeness } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { COMPLETE, createLedger, incomplete, type WalkOptions } from './proof.ts';

/** Where a page begins: at the start, at a cursor, or (old accounts) at a page number. */
export type Place =
  | { readonly type: 'start' }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'page'; readonly page: number };

export interface CursorAnswer {
  /** Not a list when the answer holds none. */
  readonly rows: unknown;
  readonly meta: unknown;
  /** How many rows were asked for; undefined when the endpoint takes no page size. */
  readonly askedFor: number | undefined;
  readonly bytes?: number;
}

const number = z.number().optional().catch(undefined);
const Meta = z.looseObject({ page: number, nextPage: number, pageSize: number }).catch({});

/** Asks for one page; for fewer rows than usual where `most` says so and the endpoint takes a page size. */
interface Asking {
  readonly ask: (place: Place, most?: number) => Promise<CursorAnswer>;
}

type Step =
  | { readonly type: 'go'; readonly place: Place }
  | { readonly type: 'end'; readonly completeness: Completeness };

/**
 * Walks a listing whose answers carry a cursor in `meta.token`; null, empty or absent ends it. Where the key is missing
 * and `nextPage` is ahead, the account still numbers its pages. Throws HttpFailure when a page cannot be had.
 */
export async function* walkByCursor(options: WalkOptions & Asking): Walk {
  const ledger = createLedger(options);
  const seen = new Set<string>();
  let place: Place = { type: 'start' };
  for (;;) {
    const answer = await options.ask(place);
    if (!Array.isArray(answer.rows)) return ledger.malformed('holds no list');
    const taken = ledger.take(answer.rows);
    yield { ...taken.page, bytes: answer.bytes };
    const step = nextStep(place, answer, answer.rows.length, options.what);
    // A later page must bring something even when it says that it is the last: a server that ignores the place looks so.
    const mustAdvance = place.type !== 'start' && answer.rows.length > 0;
    const objection = ledger.objection(taken, step.type === 'go', mustAdvance);
    if (objection !== undefined) return objection;
    if (step.type === 'end') {
      return isUnclear(step) && (await endsThere(options, place, answer)) ? COMPLETE : step.completeness;
    }
    place = step.place;
    const mark = JSON.stringify(place);
    if (seen.has(mark)) return incomplete('repeated_cursor', `${options.what} gave the same cursor twice`);
    seen.add(mark);
  }
}

function isUnclear({ completeness }: Extract<Step, { type: 'end' }>): boolean {
  return !completeness.complete && completeness.reason === 'full_page_without_cursor';
}

/**
 * Whether a full page without a cursor is the last one, and not one whose cursor got lost: asked for one row less, the
 * same place must lead on to that row, and to nothing more.
 */
async function endsThere({ ask, what }: WalkOptions & Asking, place: Place, full: CursorAnswer): Promise<boolean> {
  const rows = Array.isArray(full.rows) ? full.rows.length : 0;
  if (full.askedFor === undefined || rows < 3 || rows !== full.askedFor) return false;
  const shorter = await ask(place, rows - 1);
  if (!Array.isArray(shorter.rows) || shorter.rows.length !== rows - 1) return false;
  const step = nextStep(place, shorter, shorter.rows.length, what);
  if (step.type === 'end') return false;
  // Old page numbers count pages of the size that is asked for.
  const rest = await ask(step.place, rows - 1);
  if (!Array.isArray(rest.rows) || rest.rows.length !== 1) return false;
  const last = nextStep(step.place, rest, 1, what);
  return last.type === 'end' && last.completeness.complete;
}

function nextStep(place: Place, answer: CursorAnswer, rowCount: number, what: string): Step {
  const meta = Meta.parse(answer.meta);
  if ('token' in meta) {
    const { token } = meta;
    if (token === null || token === undefined || token === '') return { type: 'end', completeness: COMPLETE };
    if (typeof token === 'string' || typeof token === 'number') {
      return { type: 'go', place: { type: 'token', token: String(token) } };
    }
    return { type: 'end', completeness: incomplete('malformed_page', `${what} gave a cursor that is no text`) };
  }
  const current = place.type === 'page' ? place.page : (meta.page ?? 0);
  if (meta.nextPage !== undefined && meta.nextPage > current) {
    return { type: 'go', place: { type: 'page', page: meta.nextPage } };
  }
  // A numbered page that says where it is also says by its silence that no other one follows.
  const isTold = place.type === 'page' && (meta.page !== undefined || meta.pageSize !== undefined);
  if (!isTold && isFull(rowCount, answer.askedFor, meta.pageSize)) {
    const detail = `${what} gave a full page of ${rowCount} and neither a cursor nor a word that it is the last`;
    return { type: 'end', completeness: incomplete('full_page_without_cursor', detail) };
  }
  return { type: 'end', completeness: COMPLETE };
}

function isFull(rowCount: number, askedFor: number | undefined, said: number | undefined): boolean {
  const limits = [askedFor, said].filter((limit) => limit !== undefined && limit > 0);
  return limits.some((limit) => limit !== undefined && rowCount >= limit);
}
