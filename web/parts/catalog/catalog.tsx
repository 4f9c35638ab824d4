import './catalog.css';
import { EntityView } from './entity-view.tsx';
import { SearchView } from './search-view.tsx';

/** Finds entities, and explains one. */
export function CatalogPart({ params }: { readonly params: Readonly<Record<string, string>> }) {
  const { blueprint, identifier } = params;
  if (blueprint === undefined || identifier === undefined) return <SearchView />;
  return <EntityView key={`${blueprint} ${identifier}`} blueprint={blueprint} identifier={identifier} />;
}
