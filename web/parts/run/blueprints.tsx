import type { RunReport } from '../../api/documents.ts';
import { place, setQuery } from '../../router.tsx';
import { countText } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';

const COLUMNS = ['created', 'updated', 'deleted', 'unchanged', 'failed', 'stale'] as const;
const TITLES = {
  created: 'Created',
  updated: 'Updated',
  deleted: 'Deleted',
  unchanged: 'Same',
  failed: 'Refused',
  stale: 'Stale',
};

/** What each blueprint came to. Its name shows its rows. */
export function Blueprints({ report: { blueprints } }: { readonly report: RunReport }) {
  const chosen = place.value.query.get('blueprint');
  if (blueprints.length === 0) return null;
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="Blueprints">
      <table class="run-table">
        <thead>
          <tr>
            <th scope="col">Blueprint</th>
            <th scope="col">Ended</th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" class="number">
                {TITLES[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {blueprints.map((each) => (
            <tr key={each.blueprint}>
              <td>
                <button
                  type="button"
                  class="run-number"
                  aria-pressed={chosen === each.blueprint}
                  onClick={() =>
                    setQuery({ blueprint: chosen === each.blueprint ? undefined : each.blueprint, row: undefined })
                  }
                >
                  <Name text={each.blueprint} />
                </button>
              </td>
              <td>
                <StatusMark name={each.status} />
              </td>
              {COLUMNS.map((column) => (
                <td key={column} class={each[column] === 0 ? 'number quiet' : 'number'}>
                  {countText(each[column])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
