import type { JsonObject, RawItem } from '../core/model.ts';
import type { Place, Walk } from '../core/source.ts';
import type { HttpRequest } from '../net/http-client.ts';
import { HttpFailure } from '../net/http-failure.ts';
import { isTooSlow } from '../net/page-size.ts';
import { isObject } from './item.ts';
import { givenUp, type Reading, weighed } from './listing.ts';
import { COMPLETE } from './proof.ts';
import type { Position } from './ways.ts';

/** One listing of Komodor, without where on the list a page begins. */
export interface Question {
  /** What is being read, for messages: `services of cluster prod`. */
  readonly what: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: NonNullable<HttpRequest['query']>;
  readonly body?: JsonObject;
  /** Where an answer holds its rows; see `under`. */
  readonly rows: (answer: unknown) => unknown;
  /** What the question is about, for a kind whose rows do not say it themselves; see `derive`. */
  readonly asked?: Place;
  /** Whether an item lies where we asked. One that does not say it is given the benefit of the doubt. */
  readonly inScope?: (item: RawItem) => boolean;
  /** What the user of the API key has to be allowed, as Komodor's policies name it; `view:all` when absent. */
  readonly permission?: string;
  /** Whether `meta.pageSize` tells how many rows came, and not how many fit a page. */
  readonly metaCountsRows?: boolean;
  /** Of a list in one page: whether none at all is an answer. */
  readonly mayBeEmpty?: boolean;
  /** Whether 404, in Komodor's own words, is an answer: what is asked for is not there. */
  readonly mayBeMissing?: boolean;
  /** Read instead where Komodor cannot answer in time. With it, a question that was too slow is not repeated as it was. */
  readonly tooSlow?: () => Walk;
}

/** What stands in an answer under these names, one inside the other. */
export function under(...path: readonly string[]): (answer: unknown) => unknown {
  return (answer) => path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), answer);
}

/** How a request says where on the list its page begins, and how many rows it may have. */
type Pagination = (position: Position, pageSize: number) => Pick<HttpRequest, 'query' | 'body'>;

/** Asks for pages of a size that is learned. What is read of an answer besides its rows is up to the way of paging. */
export function pagesOf<T>(
  { api, size, signal }: Reading,
  question: Question,
  pagination: Pagination,
  read: (answer: unknown) => T,
) {
  const { method, path, rows, tooSlow } = question;
  return (position: Position, most?: number) =>
    size.ask({
      hostAnswered: api.hostAnswered,
      slowQuery: tooSlow !== undefined,
      // A page number means another place as soon as pages have another size; and who says how many means it.
      fixed: position.type === 'page' || most !== undefined,
      async ask(wanted, attempts) {
        const pageSize = most ?? wanted;
        const { body, bytes } = await api.call({
          method,
          path,
          ...pagination(position, pageSize),
          signal,
          ...(attempts === undefined ? {} : { attempts }),
          // Komodor's gateway gives up on the same query again and again; each time costs a minute.
          ...(tooSlow === undefined ? {} : { finalStatuses: [504] }),
        });
        return weighed({ ...read(body), rows: rows(body), askedFor: pageSize }, bytes);
      },
    });
}

/** Turns a request that failed for good into an incomplete read, or into what is to be read instead. */
export async function* answered(reading: Reading, question: Question, walk: Walk): Walk {
  const { tooSlow, mayBeMissing = false, permission = 'view:all' } = question;
  try {
    return yield* walk;
  } catch (error) {
    if (mayBeMissing && isMissing(error)) return COMPLETE;
    return tooSlow !== undefined && isTooSlow(error) ? yield* tooSlow() : givenUp(reading, error, permission);
  }
}

/** A gateway's 404 has none of Komodor's words, and says nothing about what was asked for. */
function isMissing(error: unknown): boolean {
  return error instanceof HttpFailure && error.status === 404 && error.errorCode !== undefined;
}
