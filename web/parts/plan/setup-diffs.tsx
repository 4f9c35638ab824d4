import type { RunReport } from '../../api/documents.ts';
import { diffCounts } from '../../ui/diff-lines.ts';
import { DiffText } from '../../ui/diff-text.tsx';
import { plural } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';

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
          <DiffText diff={diff} />
        </details>
      ))}
    </section>
  );
}
