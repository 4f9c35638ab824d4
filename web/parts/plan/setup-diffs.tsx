import type { RunReport } from '../../api/documents.ts';
import { plural } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';
import { diffCounts, diffLines } from './diff-lines.ts';

/** The documents that a resync would write before any entity. */
export function SetupDiffs({ setup }: { readonly setup: NonNullable<RunReport['setup']> }) {
  if (setup.length === 0) return null;
  return (
    <section class="stack tight" aria-label="Documents">
      <h2>{plural(setup.length, 'document')} to write first</h2>
      {setup.map(({ what, identifier, diff }) => (
        <details key={`${what} ${identifier}`} class="setup" open={setup.length <= 2}>
          <summary>
            {what} <Name text={identifier} /> <span class="small quiet number">{diffCounts(diff)}</span>
          </summary>
          <pre class="diff" tabIndex={0}>
            {diffLines(diff).map(({ kind, text }, at) => (
              <span key={at} class={`line ${kind}`}>
                <bdi>{text === '' ? ' ' : text}</bdi>
              </span>
            ))}
          </pre>
        </details>
      ))}
    </section>
  );
}
