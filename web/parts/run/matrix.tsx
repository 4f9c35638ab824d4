import { place, setQuery } from '../../router.tsx';
import { countText } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { wordOf } from '../../ui/words.ts';
import { filterIn, type RowFilter } from './filter.ts';
import type { MatrixCounts } from './matrix-counts.ts';

const DONE_WORDS = { create: 'Created', update: 'Updated', delete: 'Deleted' } as const;

/** What became of what the run wanted. Each number shows its rows. */
export function Matrix({ counts }: { readonly counts: MatrixCounts }) {
  const { outcomes, rows, hasRows } = counts;
  const all = rows.reduce((sum, row) => sum + row.sum, 0);
  const sums = outcomes.map((_, at) => rows.reduce((sum, { numbers }) => sum + (numbers[at] ?? 0), 0));
  return (
    <table class="run-matrix">
      <thead>
        <tr>
          <td />
          {outcomes.map((outcome) => (
            <th key={outcome} scope="col" class="number">
              <StatusMark name={outcome} />
            </th>
          ))}
          <th scope="col" class="number">
            All
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ action, numbers, sum }) => (
          <tr key={action}>
            <th scope="row">{action === null ? 'Not told' : <StatusMark name={action} word={DONE_WORDS[action]} />}</th>
            {outcomes.map((outcome, at) => (
              <Cell
                key={outcome}
                number={numbers[at] ?? 0}
                filter={{ ...(action && { action }), outcome }}
                hasRows={hasRows}
              />
            ))}
            <Cell number={sum} filter={action ? { action } : {}} hasRows={hasRows} />
          </tr>
        ))}
        <tr>
          <th scope="row">All</th>
          {outcomes.map((outcome, at) => (
            <Cell key={outcome} number={sums[at] ?? 0} filter={{ outcome }} hasRows={hasRows} />
          ))}
          <Cell number={all} filter={{}} hasRows={hasRows} />
        </tr>
      </tbody>
    </table>
  );
}

interface CellProps {
  readonly number: number;
  readonly filter: RowFilter;
  readonly hasRows: boolean;
}

function Cell({ number, filter: { action, outcome }, hasRows }: CellProps) {
  if (number === 0 || !hasRows) {
    return <td class="number">{number === 0 ? <span class="quiet">0</span> : countText(number)}</td>;
  }
  const now = filterIn(place.value.query);
  const isChosen = now.action === action && now.outcome === outcome;
  const tone = outcome === undefined ? '' : ` tone-${wordOf(outcome).tone}`;
  const what = [action && wordOf(action).word, outcome && wordOf(outcome).word].filter(Boolean).join(', ') || 'all';
  return (
    <td class="number">
      <button
        type="button"
        class={`run-number${tone}`}
        aria-pressed={isChosen}
        aria-label={`Show ${countText(number)} rows: ${what}`}
        onClick={() => setQuery({ action, outcome, blueprint: undefined, q: undefined, row: undefined })}
      >
        {countText(number)}
      </button>
    </td>
  );
}
