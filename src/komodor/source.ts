import type { Kind } from '../core/model.ts';
import { type KindBook, kindBook } from '../core/source.ts';
import { createPageSize, type LearnedPages } from '../net/page-size.ts';
import { createKomodorApi, type KomodorApiOptions } from './api.ts';
import type { StartReading } from './define-kind.ts';
import { DEFINITIONS } from './kinds.ts';

/** Rows are kept until they are mapped, some pages of each kind. More than this gains nothing while Port is read beside it. */
const BYTES_PER_PAGE = 1024 * 1024;

export interface KomodorSourceOptions extends KomodorApiOptions {
  /** The size of the first page per kind, and of the largest (default: those of its definition). */
  readonly pageSizes?: { readonly [kind: Kind]: number | undefined };
  /** A walk with more pages than this counts as endless (default 50,000). */
  readonly maxPages?: number;
  /** The current time, in milliseconds since 1970 (default: the system clock). Windows end at it. */
  readonly now?: () => number;
}

export interface KomodorSource {
  readonly kinds: KindBook;
  /** Whether Komodor takes the API key. Throws HttpFailure when that cannot be told. */
  takesKey(signal: AbortSignal): Promise<boolean>;
  /** Closes idle connections. */
  close(): void;
}

/** All kinds of Komodor, connected to its API. */
export function createKomodorSource(options: KomodorSourceOptions): KomodorSource {
  const api = createKomodorApi(options);
  const { maxPages = 50_000, pageSizes = {}, now = Date.now } = options;
  const learned = new Map<Kind, LearnedPages>();
  // All questions of a read share the page size. What it learns is kept for the next read of the kind.
  const start: StartReading = ({ name, pageSize, largestPage }, signal) => {
    const pages = learned.get(name) ?? {};
    learned.set(name, pages);
    const chosen = pageSizes[name];
    const limits = chosen === undefined ? { first: pageSize, most: largestPage } : { first: chosen, most: chosen };
    return { api, size: createPageSize({ ...limits, bytes: BYTES_PER_PAGE }, pages), maxPages, signal, now };
  };
  const kinds = kindBook(DEFINITIONS.map((definition) => definition.bind(start)));
  return { kinds, takesKey: api.takesKey, close: api.close };
}
