import { z } from 'zod';
import type { Completeness } from '../core/model.ts';
import { isObject } from './item.ts';
import { COMPLETE, incomplete } from './proof.ts';

/** Where a page begins: at the start, at a cursor, or at a page number. */
export type Position =
  | { readonly type: 'start' }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'page'; readonly page: number };

export interface CursorAnswer {
  /** Not a list when the answer has none. */
  readonly rows: unknown;
  /** The fields that say whether another page follows. */
  readonly meta: unknown;
  /** The requested page size; undefined when the endpoint has none. */
  readonly askedFor: number | undefined;
  readonly bytes?: number;
}

/** Asks for one page. @param most the page size, if the endpoint has one */
export type Ask = (position: Position, most?: number) => Promise<CursorAnswer>;

/** What a page says about the next one. */
export type Step =
  /** `afterEnd`: the answer also says that nothing follows. */
  | { readonly type: 'go'; readonly position: Position; readonly afterEnd?: boolean }
  | { readonly type: 'end'; readonly completeness: Completeness }
  /** Nothing: it may be the last page, or the server lost the cursor. `otherwise` holds if it is not proved to be the last. */
  | { readonly type: 'unclear'; readonly otherwise: Completeness };

/** A page that was read: its position, the answer, and its number of rows. */
export interface PageRead {
  readonly what: string;
  readonly position: Position;
  readonly answer: CursorAnswer;
  readonly count: number;
}

/** How the pages of a question follow each other. */
export interface WayOfPaging {
  next(page: PageRead): Step;
  /** Whether an unclear page is provably the last one. */
  isLast(page: PageRead, ask: Ask): Promise<boolean>;
}

const number = z.number().optional().catch(undefined);
const Numbers = z.looseObject({ page: number, nextPage: number, pageSize: number }).catch({});

const END: Step = { type: 'end', completeness: COMPLETE };

/** A cursor in `meta.token`; null or empty ends the list. Answers without that key have `nextPage` (old accounts). */
export const BY_TOKEN: WayOfPaging = {
  next({ what, position, answer, count }) {
    const meta = Numbers.parse(answer.meta);
    if ('token' in meta) return byToken(what, meta.token) ?? END;
    const current = position.type === 'page' ? position.page : (meta.page ?? 0);
    if (meta.nextPage !== undefined && meta.nextPage > current) return toPage(meta.nextPage);
    // A numbered page with its number or page size in `meta`, and without `nextPage`, is the last.
    const isTold = position.type === 'page' && (meta.page !== undefined || meta.pageSize !== undefined);
    return !isTold && isFull(count, answer.askedFor, meta.pageSize) ? unclearFullPage(what, count) : END;
  },
  isLast: (page, ask) => exactlyOneRowRemains(BY_TOKEN, page, ask),
};

/** A page number in `meta.nextPage`, which has to advance. */
export const BY_PAGE: WayOfPaging = {
  next({ what, position, answer, count }) {
    const meta = Numbers.parse(answer.meta);
    const asked = position.type === 'page' ? position.page : undefined;
    if (asked !== undefined && meta.page !== undefined && meta.page !== asked) {
      return end('not_advancing', `${what} gave page ${meta.page} when asked for page ${asked}`);
    }
    const said = isObject(answer.meta) ? answer.meta.nextPage : undefined;
    if (said) {
      if (meta.nextPage === undefined) return end('malformed_page', `${what} gave a next page that is no number`);
      const current = pageOf(position, meta.page);
      if (meta.nextPage > current) return toPage(meta.nextPage);
      return end('repeated_cursor', `${what} gave page ${meta.nextPage} as the one after page ${current}`);
    }
    // `nextPage: null` ends the list. If it is missing or 0, the list ends only if the page is not full and `meta` is there.
    if (said !== undefined && said !== 0) return END;
    const isTold = meta.page !== undefined || meta.pageSize !== undefined;
    if (isTold && !isFull(count, answer.askedFor, meta.pageSize)) return END;
    const page = pageOf(position, meta.page);
    const detail = `page ${page} of ${what} does not say whether another one follows, and page ${page + 1} is not empty`;
    return { type: 'unclear', otherwise: incomplete('full_page_without_cursor', detail) };
  },
  /** It is the last page if the page after it is empty. */
  async isLast({ position, answer, what }, ask) {
    const page = pageOf(position, Numbers.parse(answer.meta).page) + 1;
    const behind: Position = { type: 'page', page };
    const after = await ask(behind, answer.askedFor);
    if (!Array.isArray(after.rows) || after.rows.length > 0) return false;
    return BY_PAGE.next({ what, position: behind, answer: after, count: 0 }).type !== 'go';
  },
};

/** A cursor in `paginationToken`, and `hasMorePages`. */
export const BY_QUERY_CURSOR: WayOfPaging = {
  next({ what, answer, count }) {
    const { paginationToken, hasMorePages: more = null } = isObject(answer.meta) ? answer.meta : {};
    if (more !== null && typeof more !== 'boolean') {
      return end('malformed_page', `${what} does not say whether there are more pages`);
    }
    const step = byToken(what, paginationToken);
    if (step?.type === 'go') return { ...step, afterEnd: more === false };
    if (step !== undefined) return step;
    if (more === true) return end('malformed_page', `${what} says that there are more pages, but gives no cursor`);
    return more === null && isFull(count, answer.askedFor, undefined) ? unclearFullPage(what, count) : END;
  },
  isLast: (page, ask) => exactlyOneRowRemains(BY_QUERY_CURSOR, page, ask),
};

const MORE_KEYS = ['hasMore', 'hasMorePages', 'hasMoreResults'];
const TOTAL_KEYS = ['total', 'totalCount', 'totalResults'];

/** A single page. If it has a cursor nevertheless, the next page is read too. If it says only that there is more, it is incomplete. */
export const ONE_PAGE: WayOfPaging = {
  next(page) {
    const step = BY_TOKEN.next(page);
    const { count, position, what } = page;
    const { meta } = page.answer;
    if (step.type === 'go' || !isObject(meta)) return step;
    const said = Object.entries(meta);
    const more = said.find(([key, value]) => MORE_KEYS.includes(key) && value === true)?.[0];
    if (more !== undefined) return end('malformed_page', `${what} says ${more}, but not where`);
    const total = said.find(([key]) => TOTAL_KEYS.includes(key))?.[1];
    if (position.type === 'start' && typeof total === 'number' && total > count) {
      return end('totals_disagree', `${what} said there are ${total} but gave ${count}`);
    }
    return step;
  },
  isLast: async () => false,
};

/** The step to a cursor; undefined when there is no cursor. */
function byToken(what: string, token: unknown): Step | undefined {
  if (token === null || token === undefined || token === '') return undefined;
  if (typeof token !== 'string' && typeof token !== 'number') {
    return end('malformed_page', `${what} gave a cursor that is no text`);
  }
  return { type: 'go', position: { type: 'token', token: String(token) } };
}

function toPage(page: number): Step {
  return { type: 'go', position: { type: 'page', page } };
}

/** The number of a page. The first one is requested without a number, so the answer tells it; default: 0. */
function pageOf(position: Position, said: number | undefined): number {
  return position.type === 'page' ? position.page : (said ?? 0);
}

function end(...why: Parameters<typeof incomplete>): Step {
  return { type: 'end', completeness: incomplete(...why) };
}

function unclearFullPage(what: string, count: number): Step {
  const detail = `${what} gave a full page of ${count} and neither a cursor nor a word that it is the last`;
  return { type: 'unclear', otherwise: incomplete('full_page_without_cursor', detail) };
}

function isFull(count: number, askedFor: number | undefined, said: number | undefined): boolean {
  return [askedFor, said].some((limit) => limit !== undefined && limit > 0 && count >= limit);
}

/** Asks for the same page with one row less. Then exactly one row must remain for a next page, which must be the last. */
async function exactlyOneRowRemains(
  way: WayOfPaging,
  { what, position, answer, count }: PageRead,
  ask: Ask,
): Promise<boolean> {
  if (answer.askedFor === undefined || count < 3 || count !== answer.askedFor) return false;
  const shorter = await ask(position, count - 1);
  if (!Array.isArray(shorter.rows) || shorter.rows.length !== count - 1) return false;
  const step = way.next({ what, position, answer: shorter, count: count - 1 });
  if (step.type !== 'go') return false;
  // Page numbers count pages of the requested size.
  const rest = await ask(step.position, count - 1);
  if (!Array.isArray(rest.rows) || rest.rows.length !== 1) return false;
  const last = way.next({ what, position: step.position, answer: rest, count: 1 });
  return last.type === 'end' && last.completeness.complete;
}
