import { diffLines } from './diff-lines.ts';

/** A unified difference, line by line. */
export function DiffText({ diff }: { readonly diff: string }) {
  return (
    <pre class="diff" tabIndex={0}>
      {diffLines(diff).map(({ kind, text }, at) => (
        <span key={at} class={`line ${kind}`}>
          <bdi>{text === '' ? ' ' : text}</bdi>
        </span>
      ))}
    </pre>
  );
}
