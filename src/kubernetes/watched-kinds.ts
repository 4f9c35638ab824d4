import type { Kind } from '../core/model.ts';
import type { Extraction } from '../core/run.ts';
import { namesIn } from '../core/selector.ts';
import { SYSTEM } from './resource-kind.ts';

/** A kind of the cluster that the mapping reads. */
export interface WatchedKind {
  readonly kind: Kind;
  /** The empty one means all. */
  readonly namespaces: readonly string[];
}

/** What of a cluster is to be watched: all that the mapping reads. */
export function watchedKinds(extractions: readonly Pick<Extraction, 'kind' | 'listing'>[]): readonly WatchedKind[] {
  const found = new Map<Kind, readonly string[]>();
  for (const { kind, listing } of extractions) {
    if (kind.system !== SYSTEM) continue;
    const names = namesIn(listing.selector.namespaces) ?? [];
    const known = found.get(kind.name);
    const isLimited = names.length > 0 && known?.includes('') !== true;
    found.set(kind.name, isLimited ? [...new Set([...(known ?? []), ...names])] : ['']);
  }
  return [...found].map(([kind, namespaces]) => ({ kind, namespaces }));
}
