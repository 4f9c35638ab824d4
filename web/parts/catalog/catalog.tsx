import { Empty } from '../../ui/empty.tsx';

export function CatalogPart(_: { readonly params: Readonly<Record<string, string>> }) {
  return (
    <div class="stack">
      <h1 tabIndex={-1}>Catalog</h1>
      <Empty what="This part is not there yet." />
    </div>
  );
}
