import type { Kind, Mapping } from '../../core/model.ts';
import type { KindBook, Listing } from '../../core/source.ts';
import type { Samples } from './input.ts';

const CLUSTERS = 'komodorCluster';
/** So many pages may be empty before a listing counts as empty: some are read cluster by cluster, day by day. */
const MAX_EMPTY_PAGES = 20;

export interface ReadSamples {
  readonly samples: Samples;
  /** Kinds of which nothing was found, with the reason. */
  readonly notices: readonly string[];
}

/**
 * Reads samples of the kinds of a mapping: of each listing the first page that has items.
 * @param from `live`: as the selectors of the mapping choose. `sandbox`: everything, because it has other names.
 */
export async function readSamples(
  kinds: KindBook,
  mapping: Mapping,
  from: 'live' | 'sandbox',
  signal: AbortSignal,
): Promise<ReadSamples> {
  const notices: string[] = [];
  const rows = new Map<Kind, readonly unknown[]>();
  for (const [kind, listings] of listingsOf(kinds, mapping, from)) {
    const found = new Map<string, unknown>();
    for (const listing of listings) {
      const { items, why } = await firstPage(listing, signal);
      for (const { key, value } of items) found.set(key, value);
      if (items.length === 0) notices.push(`no samples of ${kind}: ${why}`);
    }
    rows.set(kind, [...found.values()]);
  }
  const clusters = await clusterNames(kinds, mapping, signal);
  return { samples: { from, rows, ...(clusters === undefined ? {} : { clusters }) }, notices };
}

function listingsOf(
  kinds: KindBook,
  mapping: Mapping,
  from: 'live' | 'sandbox',
): ReadonlyMap<Kind, readonly Listing[]> {
  const listings = new Map<Kind, Map<string, Listing>>();
  for (const { kind, selector } of mapping.entries) {
    const selected = kinds.get(kind)?.select(from === 'live' ? selector : {});
    if (selected === undefined || 'complaints' in selected) continue;
    const { listing } = selected;
    listings.set(kind, (listings.get(kind) ?? new Map<string, Listing>()).set(listing.key, listing));
  }
  return new Map([...listings].map(([kind, byKey]) => [kind, [...byKey.values()]]));
}

async function firstPage(listing: Listing, signal: AbortSignal) {
  const walk = listing.read(signal);
  for (let pages = 0; pages <= MAX_EMPTY_PAGES; pages += 1) {
    const step = await walk.next();
    if (step.done) return { items: [], why: step.value.complete ? 'there are none' : step.value.detail };
    if (step.value.items.length === 0) continue;
    // Ends the read without asking for more.
    await walk.return({ complete: true });
    return { items: step.value.items, why: '' };
  }
  await walk.return({ complete: true });
  return { items: [], why: `the first ${MAX_EMPTY_PAGES} pages were empty` };
}

/** The names of the clusters, if a selector names any. */
async function clusterNames(
  kinds: KindBook,
  mapping: Mapping,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  if (!mapping.entries.some(({ selector }) => Object.hasOwn(selector, 'clusters'))) return undefined;
  const selected = kinds.get(CLUSTERS)?.select({});
  if (selected === undefined || 'complaints' in selected) return undefined;
  const { items } = await firstPage(selected.listing, signal);
  const names = items.flatMap(({ value: { name } }) => (typeof name === 'string' ? [name] : []));
  return names.length === 0 ? undefined : names;
}
