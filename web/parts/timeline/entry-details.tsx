import type { TimelineEntry } from '../../api/documents.ts';
import { diffCounts } from '../../ui/diff-lines.ts';
import { DiffText } from '../../ui/diff-text.tsx';
import { plural } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';
import { Time } from '../../ui/time.tsx';
import { liveCounts, runCounts } from './words.ts';

/** What an entry says besides its title. */
export function EntryDetails({ entry }: { readonly entry: TimelineEntry }) {
  switch (entry.type) {
    case 'run':
    case 'plan':
      return <span>{runCounts(entry)}</span>;
    case 'live':
      return <span>{liveCounts(entry)}</span>;
    case 'mapping':
      return <MappingChange entry={entry} />;
    case 'approval':
      return (
        <span>
          {plural(entry.count, 'entity', 'entities')} of <Name text={entry.blueprint} /> deleted, set{' '}
          <code>{entry.digest}</code>
        </span>
      );
    case 'start':
    case 'stop':
      return <span class="quiet">role {entry.role}</span>;
    case 'stalled':
      return (
        <span>
          not brought up to date since <Time at={entry.since} />: <Name text={entry.blueprints.join(', ')} />.{' '}
          <Name text={entry.reason} />
        </span>
      );
    case 'recovered':
      return (
        <span>
          had stalled since <Time at={entry.stalledSince} />
        </span>
      );
    case 'watch':
      return (
        <span>
          <Name text={entry.kind} /> in {entry.namespace === null ? 'all namespaces' : <Name text={entry.namespace} />}
          {entry.why !== null && (
            <>
              : <Name text={entry.why} />
            </>
          )}
        </span>
      );
  }
}

function MappingChange({ entry: { from, to, diff } }: { entry: Extract<TimelineEntry, { type: 'mapping' }> }) {
  const moved = from.origin !== to.origin;
  return (
    <div>
      <p>
        <code>{from.digest}</code> {moved && <Name text={from.origin} />} → <code>{to.digest}</code>{' '}
        <Name text={to.origin} />
      </p>
      <details>
        <summary>
          Difference <span class="number">{diffCounts(diff)}</span>
        </summary>
        <DiffText diff={diff} />
      </details>
    </div>
  );
}
