import type { Status } from '../../api/documents.ts';
import { Shape } from '../../ui/mark.tsx';
import { wordOf } from '../../ui/words.ts';
import { sinceTold } from './received.ts';
import { sentenceOf } from './sentence.ts';

/** How things are, in one sentence. */
export function Headline({ status }: { readonly status: Status }) {
  const { tone, shape } = status.stalled === null ? wordOf(status.state ?? 'unknown') : wordOf('error');
  return (
    <h1 tabIndex={-1} class="now-sentence">
      <span class={`mark tone-${tone}`}>
        <Shape shape={shape} />
      </span>
      <span class="seen-by-readers">Now: </span>
      <span>{sentenceOf(status, sinceTold.value)}</span>
    </h1>
  );
}
