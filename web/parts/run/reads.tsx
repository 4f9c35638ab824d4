import type { RunReport } from '../../api/documents.ts';
import { countText } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';

/** What was read of each kind, and whether to its end. */
export function Kinds({ report: { kinds, problems } }: { readonly report: RunReport }) {
  if (kinds.length === 0) return <p class="quiet">No kind was read.</p>;
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="Kinds">
      <table class="run-table">
        <thead>
          <tr>
            {['Kind', 'Read'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
            {['Items', 'Filtered', 'Rejected', 'Pages'].map((title) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {kinds.map(({ kind, complete, extracted, filtered, rejected, pages, status }) => {
            const errors = problems.filter(({ severity }) => severity === 'error');
            const why = errors.find((problem) => problem.kind === kind) ?? errors[0];
            return (
              <tr key={kind}>
                <td>
                  <Name text={kind} />
                </td>
                <td>
                  <StatusMark name={complete ? 'ok' : 'failed'} word={complete ? 'whole' : 'not whole'} />
                  {!complete && <div class="small quiet">{why ? why.message : `It ended ${status}.`}</div>}
                </td>
                {[extracted, filtered, rejected, pages].map((number, at) => (
                  <td key={at} class={number === 0 ? 'number quiet' : 'number'}>
                    {countText(number)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
