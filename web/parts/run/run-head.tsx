import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { wordOf } from '../../ui/words.ts';
import { Blueprints } from './blueprints.tsx';
import { Facts } from './facts.tsx';
import { HeldNotes } from './held-notes.tsx';
import { Live } from './live.tsx';
import { Matrix } from './matrix.tsx';
import { matrixOf } from './matrix-counts.ts';
import { Kinds } from './reads.tsx';
import { SectionButtons } from './run-sections.tsx';
import { wordsOf } from './run-words.ts';
import type { RunView } from './use-run.ts';

const TITLES = { resync: 'Resync', plan: 'Plan', live: 'Live events' } as const;

/** What the run came to, at a glance. */
export function RunHead({ view, isLatest }: { readonly view: RunView; readonly isLatest: boolean }) {
  const { run, note, report, live } = view;
  const words = wordsOf(run, report);
  return (
    <>
      <header class="stack tight">
        <h1 tabIndex={-1}>
          {isLatest ? 'Last run' : TITLES[run.mode]}{' '}
          <code class="quiet run-id">
            <Name text={run.runId} />
          </code>
        </h1>
        {live === undefined && (
          <p class="run-words">
            <strong>
              <StatusMark name={words.status} word={`${wordOf(words.status).word}:`} />
            </strong>{' '}
            {words.text} {words.next !== undefined && <span class="quiet">{words.next}</span>}
          </p>
        )}
        {note?.code === 'rows_lost' || note?.code === 'not_recorded' ? <p class="note warn">{note.message}</p> : null}
      </header>
      {live && <Live live={live} />}
      {report && <HeldNotes report={report} />}
      <div class="run-glance">
        <div class="wide" tabIndex={0} role="region" aria-label="Numbers">
          <Matrix counts={matrixOf(run, report)} />
        </div>
        <div class="stack run-cost">
          <Facts run={run} report={report} />
          {report && <Kinds report={report} />}
          {report && <Blueprints report={report} />}
          {report && <SectionButtons report={report} />}
        </div>
      </div>
    </>
  );
}
