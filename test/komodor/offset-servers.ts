import type { Completeness, RawItem } from '../../src/core/model.ts';
import type { Walk } from '../../src/core/source.ts';
import type { AskAt, OffsetAnswer } from '../../src/komodor/offsets-ahead.ts';
import { COMPLETE, createWalkRecord, incomplete, type WalkOptions } from '../../src/komodor/proof.ts';

/** Rows are numbers; anything else is no row. */
export const COMMON = {
  what: 'rows',
  toItem(row: unknown): RawItem | undefined {
    return typeof row === 'number' ? { key: String(row), label: `row ${row}`, value: { row } } : undefined;
  },
};

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** A list on a server. `answered` counts its answers, from 0. */
export type OffsetServer = (offset: number, size: number, answered: number) => OffsetAnswer;

/** An honest server of rows, as they are when it answers. It gives at most `limit` at once. */
export function honest(rowsAt: (answered: number) => readonly number[], limit = 1_000_000): OffsetServer {
  return (offset, size, answered) => {
    const rows = rowsAt(answered);
    const page = rows.slice(offset, offset + Math.min(size, limit));
    return { rows: page, more: offset + page.length < rows.length, total: rows.length, askedFor: size };
  };
}

/** Which of the questions that wait is answered next, of so many. */
export type Turn = (waiting: number) => number;

export const ORDERS: { readonly [name: string]: Turn } = {
  'in order': () => 0,
  reversed: (waiting) => waiting - 1,
};

/** Lets a server answer one question after the other, in any order, as soon as nobody has more to ask. */
export function answering(server: OffsetServer, pageSize: number, turn: Turn) {
  interface Question {
    readonly offset: number;
    readonly size: number;
    readonly answer: (answer: OffsetAnswer) => void;
  }
  const waiting: Question[] = [];
  const asked: number[] = [];
  let answered = 0;
  let most = 0;
  let isUnderWay = false;

  async function run(): Promise<void> {
    if (isUnderWay) return;
    isUnderWay = true;
    for (;;) {
      // Everything that can go on without an answer has gone on.
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, waiting.length);
      const [next] = waiting.splice(turn(waiting.length), 1);
      if (next === undefined) break;
      next.answer(server(next.offset, next.size, answered));
      answered += 1;
    }
    isUnderWay = false;
  }

  const ask: AskAt = (offset, maxRows, useless) =>
    new Promise((resolve, reject) => {
      asked.push(offset);
      const question: Question = { offset, size: Math.min(pageSize, maxRows ?? pageSize), answer };
      waiting.push(question);
      useless?.addEventListener('abort', abort);
      function answer(given: OffsetAnswer): void {
        useless?.removeEventListener('abort', abort);
        resolve(given);
      }
      function abort(): void {
        const at = waiting.indexOf(question);
        if (at >= 0) waiting.splice(at, 1);
        reject(useless?.reason);
      }
      void run();
    });
  return { ask, asked, mostAtOnce: () => most, waiting };
}

/** The walk as it was before pages were asked for ahead: one after the other. The oracle. */
export async function* oneAfterTheOther(options: WalkOptions & { readonly ask: AskAt }): Walk {
  const walked = createWalkRecord(options);
  const totals: number[] = [];
  let offset = 0;
  for (;;) {
    const { rows: list, more, total } = await options.ask(offset, undefined);
    const rows = list === null && total === 0 ? [] : list;
    if (!Array.isArray(rows)) return walked.malformed('holds no list');
    if (typeof more !== 'boolean') return walked.malformed('does not say whether there is more');
    if (total !== undefined && !(typeof total === 'number' && total >= 0)) {
      return walked.malformed('has a total that is no number');
    }
    const taken = walked.record(rows);
    yield taken.page;
    if (total !== undefined) totals.push(total);
    const mustAdvance = totals.length === 0 && offset > 0 && rows.length > 0;
    const objection = walked.contradictionIn(taken, more, mustAdvance);
    if (objection !== undefined) return objection;
    if (!more) return verdictOf(totals, walked.distinct());
    offset += rows.length;
  }
}

function verdictOf(totals: readonly number[], distinct: number): Completeness {
  const [first] = totals;
  if (first === undefined) return COMPLETE;
  const shrank = totals.some((total, at) => at > 0 && total < (totals[at - 1] ?? 0));
  const grew = !shrank && totals.some((total) => total !== first);
  if (!shrank && (grew ? distinct >= first : distinct === first)) return COMPLETE;
  return incomplete('totals_disagree', 'the numbers disagree');
}
