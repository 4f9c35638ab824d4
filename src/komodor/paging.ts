import { setMaxListeners } from 'node:events';
import type { JsonObject } from '../core/model.ts';
import { withAnySignal } from '../core/signals.ts';
import type { Walk } from '../core/source.ts';
import { walkByCursor } from './cursor-walk.ts';
import { type ItemSpec, isObject, itemOf } from './item.ts';
import type { Reading } from './listing.ts';
import { walkByOffset } from './offset-walk.ts';
import type { AskAt } from './offsets-ahead.ts';
import type { WalkOptions } from './proof.ts';
import { orIncomplete, pagesOf, type Question, under } from './question.ts';
import {
  BY_PAGE,
  BY_QUERY_CURSOR,
  BY_TOKEN,
  type CursorAnswer,
  ONE_PAGE,
  type Position,
  type WayOfPaging,
} from './ways.ts';

/** A cursor in the body: `pagination.token` from `meta.token`. Old accounts have page numbers instead. */
export function readByCursor(reading: Reading, spec: ItemSpec, question: Question): Walk {
  return readByBody(reading, spec, question, BY_TOKEN);
}

/** A page number in the body: `pagination.page` from `meta.nextPage`. */
export function readByPage(reading: Reading, spec: ItemSpec, question: Question): Walk {
  return readByBody(reading, spec, question, BY_PAGE);
}

function readByBody(reading: Reading, spec: ItemSpec, question: Question, way: WayOfPaging): Walk {
  const ask = pagesOf(
    reading,
    question,
    (position, pageSize) => ({
      body: { ...question.body, pagination: { pageSize, ...positionFields(position) } },
      ...(question.query === undefined ? {} : { query: question.query }),
    }),
    (answer) => ({ meta: metaOf(question, answer) }),
  );
  return orIncomplete(reading, question, walkByCursor({ ...walkOptions(reading, spec, question), way, ask }));
}

function metaOf({ metaCountsRows = false }: Question, answer: unknown): unknown {
  const meta = under('meta')(answer);
  return metaCountsRows && isObject(meta) ? { ...meta, pageSize: undefined } : meta;
}

/** A cursor in the query: `paginationToken`, from the answer's field of that name. `hasMorePages` must agree. */
export function readByQueryCursor(reading: Reading, spec: ItemSpec, question: Question): Walk {
  const ask = pagesOf(
    reading,
    question,
    (position, pageSize) => ({
      query: {
        pageSize,
        ...question.query,
        ...(position.type === 'token' ? { paginationToken: position.token } : {}),
      },
      ...(question.body === undefined ? {} : { body: question.body }),
    }),
    (answer) => ({ meta: answer }),
  );
  return orIncomplete(
    reading,
    question,
    walkByCursor({ ...walkOptions(reading, spec, question), way: BY_QUERY_CURSOR, ask }),
  );
}

/** A row offset in the query, until `hasMoreResults` is false; `totalResults` has to agree. */
export function readByOffset(reading: Reading, spec: ItemSpec, question: Question): Walk {
  // Many pages may listen to the signal of one run.
  setMaxListeners(0, reading.signal);
  const ask: AskAt = (offset, maxRows, useless) =>
    withAnySignal([reading.signal, ...(useless === undefined ? [] : [useless])], (signal) =>
      pagesOf(
        { ...reading, signal },
        question,
        (_position, pageSize) => ({ query: { pageSize, offset, ...question.query } }),
        (answer) => ({ more: under('hasMoreResults')(answer), total: under('totalResults')(answer) }),
      )({ type: 'start' }, undefined, maxRows),
    );
  const options = { ...walkOptions(reading, spec, question), ask, pageSize: reading.size.next };
  return orIncomplete(reading, question, walkByOffset(options));
}

/**
 * A list in a single page, from an endpoint without page size. An empty list is incomplete, unless the question says that
 * it may be empty.
 */
export function readOnce(reading: Reading, spec: ItemSpec, question: Question): Walk {
  const { method, path, query, body, rows, mayBeEmpty = false } = question;
  async function ask(position: Position): Promise<CursorAnswer> {
    const { signal } = reading;
    const answer = await reading.api.call({
      method,
      path,
      query: { ...query, ...positionFields(position) },
      ...(body === undefined ? {} : { body }),
      signal,
    });
    return { rows: rows(answer.body), meta: pagingFieldsOf(answer.body), askedFor: undefined, bytes: answer.bytes };
  }
  return orIncomplete(
    reading,
    question,
    walkByCursor({ ...walkOptions(reading, spec, question), way: ONE_PAGE, ask, mayBeEmpty }),
  );
}

/** All fields of an answer that may tell of another page. */
function pagingFieldsOf(answer: unknown): JsonObject {
  const places = [answer, under('data')(answer), under('meta')(answer)];
  return Object.fromEntries(places.filter(isObject).flatMap(Object.entries));
}

function positionFields(position: Position): { readonly token?: string; readonly page?: number } {
  if (position.type === 'token') return { token: position.token };
  return position.type === 'page' ? { page: position.page } : {};
}

function walkOptions(reading: Reading, spec: ItemSpec, { what, asked, inScope }: Question): WalkOptions {
  return {
    what,
    maxPages: reading.maxPages,
    toItem: (row) => itemOf(spec, row, asked),
    ...(inScope === undefined ? {} : { inScope }),
  };
}
