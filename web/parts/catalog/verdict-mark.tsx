import type { Explanation } from '../../api/documents.ts';
import { Shape } from '../../ui/mark.tsx';
import { VERDICT_WORDS } from './verdict-words.ts';

/** A verdict as shape, word and colour. */
export function VerdictMark({ verdict }: { readonly verdict: Explanation['verdict'] }) {
  const { word, tone, shape } = VERDICT_WORDS[verdict];
  return (
    <span class={`mark tone-${tone}`}>
      <Shape shape={shape} />
      <span>{word}</span>
    </span>
  );
}
