import { Empty } from '../../ui/empty.tsx';

export function PlanPart(_: { readonly params: Readonly<Record<string, string>> }) {
  return (
    <div class="stack">
      <h1 tabIndex={-1}>Plan</h1>
      <Empty what="This part is not there yet." />
    </div>
  );
}
