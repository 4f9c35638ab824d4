import type { TimelineEntry } from '../../api/documents.ts';
import { Link, navigate, pathOf } from '../../router.tsx';
import { durationText } from '../../ui/format.ts';
import { Shape } from '../../ui/mark.tsx';
import { Clock } from '../../ui/time.tsx';
import { EntryDetails } from './entry-details.tsx';
import { runOf } from './filter.ts';
import { markOf, titleOf } from './words.ts';

/** Where an entry leads; undefined: all that is known of it is in the list. */
function addressOf(entry: TimelineEntry): string | undefined {
  if (entry.type === 'plan') return pathOf('plan', entry.runId);
  return 'runId' in entry ? pathOf('runs', entry.runId) : undefined;
}

export function EntryRow({ entry, isNew }: { readonly entry: TimelineEntry; readonly isNew: boolean }) {
  const { word, tone, shape } = markOf(entry);
  const to = addressOf(entry);
  const run = runOf(entry);
  return (
    <tr
      class={isNew ? 'entry new' : 'entry'}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
        event.preventDefault();
        if (to === undefined) event.currentTarget.querySelector('summary')?.click();
        else navigate(to);
      }}
    >
      <td class="number when">
        <Clock at={entry.at} />
      </td>
      <td class="state">
        <span class={`mark tone-${tone}`}>
          <Shape shape={shape} />
          <span>{word}</span>
        </span>
      </td>
      <th scope="row" class="title">
        {to === undefined ? titleOf(entry) : <Link to={to}>{titleOf(entry)}</Link>}
      </th>
      <td class="what">
        <EntryDetails entry={entry} />
      </td>
      <td class="number took">{run && durationText(run.durationMs)}</td>
    </tr>
  );
}
