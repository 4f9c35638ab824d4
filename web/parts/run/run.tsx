import { Empty } from '../../ui/empty.tsx';

export function RunPart(_: { readonly params: Readonly<Record<string, string>> }) {
  return (
    <div class="stack">
      <h1 tabIndex={-1}>Run</h1>
      <Empty what="This part is not there yet." />
    </div>
  );
}
