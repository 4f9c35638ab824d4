import { useRef } from 'preact/hooks';
import type { TimelineEntry } from '../../api/documents.ts';
import { useKeys } from '../../ui/keys.ts';
import { now, zone } from '../../ui/time.tsx';
import { daysOf, dayText } from './days.ts';
import { EntryRow } from './entry-row.tsx';

/** All entries, day by day. j and k go from one to the next, Enter opens. */
export function EntryList({
  entries,
  newest,
}: {
  readonly entries: readonly TimelineEntry[];
  readonly newest: string;
}) {
  const table = useRef<HTMLTableElement>(null);
  const go = (step: 1 | -1) => {
    const rows = [...(table.current?.querySelectorAll<HTMLElement>('tr.entry') ?? [])];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[at === -1 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  useKeys({
    j: { what: 'Next entry (Enter opens it)', run: () => go(1) },
    k: { what: 'Entry before', run: () => go(-1) },
  });
  return (
    <table ref={table} class="timeline-table" id="timeline-entries">
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">State</th>
          <th scope="col">Event</th>
          <th scope="col">What happened</th>
          <th scope="col" class="number">
            Took
          </th>
        </tr>
      </thead>
      {daysOf(entries, zone.value).map(({ date, entries: own }) => (
        <tbody key={date}>
          <tr class="day">
            <th scope="rowgroup" colSpan={5}>
              {dayText(date, now.value, zone.value)}
            </th>
          </tr>
          {own.map((entry) => (
            <EntryRow key={entry.id} entry={entry} isNew={newest !== '' && entry.id > newest} />
          ))}
        </tbody>
      ))}
    </table>
  );
}
