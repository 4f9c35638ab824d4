import { useSignal } from '@preact/signals';
import { type AdviceBlock, type AdvicePiece, adviceOn } from './advice-text.ts';

/** What a code means and what to do, as docs/errors.md says. @param docs its place: `docs/errors.md#field_failed` */
export function Advice({ code, docs }: { readonly code: string; readonly docs: string }) {
  const blocks = useSignal<readonly AdviceBlock[] | undefined | 'closed' | 'loading' | 'failed'>('closed');
  const load = () => {
    if (blocks.peek() !== 'closed' && blocks.peek() !== 'failed') return;
    blocks.value = 'loading';
    import('./errors-page.ts').then(
      ({ ERRORS_PAGE }) => {
        blocks.value = adviceOn(ERRORS_PAGE, code);
      },
      () => {
        blocks.value = 'failed';
      },
    );
  };
  return (
    <details class="advice" onToggle={(event) => event.currentTarget.open && load()}>
      <summary>What to do</summary>
      {blocks.value !== 'closed' && <Blocks blocks={blocks.value} docs={docs} />}
      <p class="small quiet">
        From <code>{docs}</code>
      </p>
    </details>
  );
}

function Blocks({ blocks, docs }: { blocks: readonly AdviceBlock[] | undefined | 'loading' | 'failed'; docs: string }) {
  if (blocks === 'loading') return <p role="status">Loading the advice…</p>;
  if (blocks === 'failed' || blocks === undefined) return <p>It could not be loaded. Read {docs}.</p>;
  return (
    <>
      {blocks.map(({ list, lines }, at) =>
        list ? (
          <ul key={at}>
            {lines.map((line, index) => (
              <li key={index}>{line.map(piece)}</li>
            ))}
          </ul>
        ) : (
          <p key={at}>{lines.flat().map(piece)}</p>
        ),
      )}
    </>
  );
}

function piece({ kind, text }: AdvicePiece, at: number) {
  if (kind === 'text') return text;
  return kind === 'code' ? <code key={at}>{text}</code> : <strong key={at}>{text}</strong>;
}
