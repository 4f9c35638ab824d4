import type { Completeness, RawItem } from '../../src/core/model.ts';
import type { Listing, SourceKind, SourcePage, Walk } from '../../src/core/source.ts';

async function* nothing(): AsyncGenerator<SourcePage, Completeness> {
  yield { items: [], malformed: 0 };
  return { complete: true };
}

const PROBE: RawItem = { key: 'probe', label: 'probe', value: {} };

/** A listing that gives nothing, besides what is said. */
export function listingOf(more: Partial<Listing> = {}): Listing {
  return {
    selector: {},
    key: '',
    absence: () => ({ means: 'gone' }),
    read: (): Walk => nothing(),
    confirm: (): Walk => nothing(),
    confirmAll: (): Walk => nothing(),
    excludedBy: () => undefined,
    widened: () => undefined,
    ...more,
  };
}

/** A kind without places, besides what is said. */
export function kindWith(more: Partial<SourceKind> = {}): SourceKind {
  return {
    name: 'komodorService',
    system: 'test',
    systemName: 'Komodor',
    yields: false,
    after: [],
    select: (selector) => ({ listing: listingOf({ selector, key: JSON.stringify(selector) }) }),
    probe: { item: PROBE, place: {} },
    identity: ['name'],
    placeOf: () => ({}),
    scopeOf: () => undefined,
    narrow: () => undefined,
    ...more,
  };
}
