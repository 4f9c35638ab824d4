import type { JsonObject, RawItem } from '../core/model.ts';
import type { Place, Walk } from '../core/source.ts';
import type { HttpRequest } from '../net/http-client.ts';
import { HttpFailure } from '../net/http-failure.ts';
import { isTooSlow } from '../net/page-size.ts';
import { isObject } from './item.ts';
import { incompleteAfter, type Reading, sized } from './listing.ts';
import { COMPLETE } from './proof.ts';
import type { Position } from './ways.ts';

/** One call of an endpoint, without the position of a page. */
export interface Question {
  /** What is read, for messages: `services of cluster prod`. */
  readonly what: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: NonNullable<HttpRequest['query']>;
  readonly body?: JsonObject;
  /** Gets the rows out of an answer; see `under`. */
  readonly rows: (answer: unknown) => unknown;
  /** The place of the question, for kinds whose rows do not contain it; see `derive`. */
  readonly asked?: Place;
  /** Whether an item is within the limits of the question. If it does not tell, it is accepted. */
  readonly inScope?: (item: RawItem) => boolean;
  /** The permission that the user of the API key needs, as Komodor's policies name it. Default: `view:all`. */
  readonly permission?: string;
  /** Whether `meta.pageSize` is the number of rows in the answer, and not the page size. */
  readonly metaCountsRows?: boolean;
  /** For a list in a single page: whether it may be empty. */
  readonly mayBeEmpty?: boolean;
  /** Whether a 404 from Komodor itself means that the thing does not exist. */
  readonly mayBeMissing?: boolean;
  /** What to read instead when Komodor does not answer in time. If given, a slow question is not repeated. */
  readonly tooSlow?: () => Walk;
}

/** Gets a nested field of an answer. */
export function under(...path: readonly string[]): (answer: unknown) => unknown {
  return (answer) => path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), answer);
}

/** The part of a request that says where its page begins, and how many rows it may have. */
type Pagination = (position: Position, pageSize: number) => Pick<HttpRequest, 'query' | 'body'>;

/**
 * Asks for pages with an adaptive size, of exactly or at most so many rows if that is said.
 * @param read gets what the way of paging needs out of an answer
 */
export function pagesOf<T>(
  { api, size, signal }: Reading,
  question: Question,
  pagination: Pagination,
  read: (answer: unknown) => T,
) {
  const { method, path, rows, tooSlow } = question;
  return (position: Position, exactly?: number, maxRows?: number) =>
    size.ask({
      hostAnswered: api.hostAnswered,
      slowQuery: tooSlow !== undefined,
      exactly,
      maxRows,
      async ask(pageSize, attempts) {
        const { body, ...measured } = await api.call({
          method,
          path,
          ...pagination(position, pageSize),
          signal,
          ...(attempts === undefined ? {} : { attempts }),
          // Komodor's gateway would time out on the same query again, after a minute each time.
          ...(tooSlow === undefined ? {} : { finalStatuses: [504] }),
        });
        return sized({ ...read(body), rows: rows(body), askedFor: pageSize }, measured);
      },
    });
}

/** If a request fails, the walk becomes incomplete, or reads what the question names instead. */
export async function* orIncomplete(reading: Reading, question: Question, walk: Walk): Walk {
  const { tooSlow, mayBeMissing = false, permission = 'view:all' } = question;
  try {
    return yield* walk;
  } catch (error) {
    if (mayBeMissing && isMissing(error)) return COMPLETE;
    return tooSlow !== undefined && isTooSlow(error) ? yield* tooSlow() : incompleteAfter(reading, error, permission);
  }
}

/** Whether a 404 is from Komodor itself. That of a gateway has no Komodor error body and says nothing about the thing. */
function isMissing(error: unknown): boolean {
  return error instanceof HttpFailure && error.status === 404 && error.errorCode !== undefined;
}
