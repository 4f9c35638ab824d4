import type { Kind } from '../core/model.ts';
import type { Source } from '../core/ports.ts';
import { createPageSize } from '../net/page-size.ts';
import { createKomodorApi, type KomodorApiOptions } from './api.ts';
import { locateWorkloads } from './kinds/service.ts';
import { checkSelector, definitionOf, normalSelector } from './kinds.ts';
import type { Reading } from './listing.ts';

export interface KomodorSourceOptions extends KomodorApiOptions {
  /** How many items of a kind to ask for at once, to begin with (default: what its definition says). */
  readonly pageSizes?: { readonly [kind: Kind]: number };
  /** A listing with more pages than this is taken for endless (default 50,000). */
  readonly maxPages?: number;
}

export interface KomodorSource extends Source {
  /** Closes idle connections. */
  close(): void;
}

/** Everything of Komodor as a Source. */
export function createKomodorSource(options: KomodorSourceOptions): KomodorSource {
  const api = createKomodorApi(options);
  const { maxPages = 50_000, pageSizes = {} } = options;

  /** Page sizes are learned anew in each read, and shared by its listings. */
  function reading(kind: Kind, signal: AbortSignal): Reading {
    const pageSize = pageSizes[kind] ?? definitionOf(kind).pageSize;
    return { api, size: createPageSize(pageSize), maxPages, signal };
  }

  return {
    checkSelector,
    normalSelector,
    addressing: (kind) => definitionOf(kind).addressing,
    close: api.close,
    read: ({ kind, selector }, signal) => definitionOf(kind).read(reading(kind, signal), selector),
    readScope: ({ kind, selector }, scope, signal) =>
      definitionOf(kind).readScope(reading(kind, signal), selector, scope),
    readDifferently: ({ kind, selector }, signal) =>
      definitionOf(kind).readDifferently(reading(kind, signal), selector),
    excludedBy: ({ kind, selector }, parts) => definitionOf(kind).excludedBy(selector, parts),
    widened: ({ kind, selector }) => definitionOf(kind).widened(selector),
    locate: (address, signal) => locateWorkloads((kind) => reading(kind, signal), address),
  };
}
