import type { Explanation } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Name } from '../../ui/name.tsx';
import { VerdictMark } from './verdict-mark.tsx';
import { VERDICT_WORDS } from './verdict-words.ts';

const LINKS = {
  mapping: { to: () => '/mapping', text: 'Open the mapping' },
  held: { to: (blueprint: string) => pathOf('runs', 'latest', 'held', blueprint), text: 'Look at the set and decide' },
  plan: { to: () => '/plan', text: 'Plan the next resync' },
  run: { to: () => '/runs/latest', text: 'Open the last run' },
  now: { to: () => '/', text: 'See how both systems are' },
} as const;

/** What is the matter with it, in a sentence, and what to do. */
export function VerdictNote({ explanation }: { readonly explanation: Explanation }) {
  const { verdict, summary, blueprint, next } = explanation;
  const { tone, next: advice, link } = VERDICT_WORDS[verdict];
  const target = link && LINKS[link];
  return (
    <section class={`note ${tone} stack tight`} aria-label="Verdict">
      <p class="verdict">
        <strong>
          <VerdictMark verdict={verdict} />
        </strong>{' '}
        <Name text={summary} />
      </p>
      <p class="measure">{advice}</p>
      {(target !== undefined || next.digest !== null) && (
        <p class="row">
          {target && <Link to={target.to(blueprint)}>{target.text}</Link>}
          {next.digest !== null && (
            <CopyCommand
              cli={`komodor-port resync --approve-deletions ${next.digest}`}
              curl={{ method: 'POST', path: 'v1/runs', body: { approveDeletions: next.digest } }}
            />
          )}
        </p>
      )}
    </section>
  );
}
