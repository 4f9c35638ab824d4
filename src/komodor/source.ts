import type { Kind } from '../core/model.ts';
import { type KindBook, kindBook } from '../core/source.ts';
import { createPageSize } from '../net/page-size.ts';
import { createKomodorApi, type KomodorApiOptions } from './api.ts';
import type { StartReading } from './define-kind.ts';
import { DEFINITIONS } from './kinds.ts';

export interface KomodorSourceOptions extends KomodorApiOptions {
  /** How many items of a kind to ask for at once, to begin with (default: what its definition says). */
  readonly pageSizes?: { readonly [kind: Kind]: number };
  /** A listing with more pages than this is taken for endless (default 50,000). */
  readonly maxPages?: number;
  /** The time, in milliseconds since 1970 (default: the real one); windows of time are counted back from it. */
  readonly now?: () => number;
}

export interface KomodorSource {
  readonly kinds: KindBook;
  /** Closes idle connections. */
  close(): void;
}

/** All kinds of Komodor, read by its API. */
export function createKomodorSource(options: KomodorSourceOptions): KomodorSource {
  const api = createKomodorApi(options);
  const { maxPages = 50_000, pageSizes = {}, now = Date.now } = options;
  // Page sizes are learned anew in each read, and shared by its listings.
  const start: StartReading = ({ name, pageSize }, signal) => ({
    api,
    size: createPageSize(pageSizes[name] ?? pageSize),
    maxPages,
    signal,
    now,
  });
  return { kinds: kindBook(DEFINITIONS.map((definition) => definition.bind(start))), close: api.close };
}
