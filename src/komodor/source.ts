import type { Kind } from '../core/model.ts';
import { type KindBook, kindBook } from '../core/source.ts';
import { createPageSize } from '../net/page-size.ts';
import { createKomodorApi, type KomodorApiOptions } from './api.ts';
import type { StartReading } from './define-kind.ts';
import { DEFINITIONS } from './kinds.ts';

export interface KomodorSourceOptions extends KomodorApiOptions {
  /** The initial page size per kind (default: that of its definition). */
  readonly pageSizes?: { readonly [kind: Kind]: number };
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
  // Each read begins with the initial page size, which all its questions share.
  const start: StartReading = ({ name, pageSize }, signal) => ({
    api,
    size: createPageSize(pageSizes[name] ?? pageSize),
    maxPages,
    signal,
    now,
  });
  const kinds = kindBook(DEFINITIONS.map((definition) => definition.bind(start)));
  return { kinds, takesKey: api.takesKey, close: api.close };
}
